//! Baseline for read benchmarks: a bare axum handler for each file of a folder, which serves its bytes from memory.
//! `limit FOLDER` prints its URL.

use std::fs;
use std::io::Write;

use anyhow::Context;
use axum::Router;
use axum::routing::any;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use tokio::net::TcpListener;

fn main() -> anyhow::Result<()> {
    let folder = std::env::args_os().nth(1).context("usage: limit FOLDER")?;
    let mut router = Router::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let body = Bytes::from(fs::read(entry.path())?);
        let path = format!("/{}", entry.file_name().display());
        let headers = [(CONTENT_TYPE, "application/json; charset=utf-8")];
        router = router.route(&path, any(async move || (headers, body)));
    }
    // The same runtime as the server's.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        writeln!(std::io::stdout(), "http://{}", listener.local_addr()?)?;
        axum::serve(listener, router).await?;
        Ok(())
    })
}
