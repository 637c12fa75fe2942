//! The API document as a JSON tree that keeps the order of its keys (`preserve_order`), which readers rely on.

use serde_json::Value;

/// Lookups in which absent and empty are the same.
pub(super) trait Tree {
    /// The text under `key`, or an empty one.
    fn text(&self, key: &str) -> &str;
    /// Whether `key` holds `true`.
    fn is_true(&self, key: &str) -> bool;
    /// The items of the list under `key`.
    fn list(&self, key: &str) -> &[Value];
    /// The entries of the object under `key`.
    fn map(&self, key: &str) -> impl Iterator<Item = (&String, &Value)>;
    /// The entries of an object; none for anything else.
    fn entries(&self) -> impl Iterator<Item = (&String, &Value)>;
    /// The target of a local reference (`#/components/…`) in `root`, or the value itself.
    fn resolve<'a>(&'a self, root: &'a Value) -> &'a Value;
    /// The value as JSON, indented for a reader.
    fn pretty(&self) -> String;
}

impl Tree for Value {
    fn text(&self, key: &str) -> &str {
        self[key].as_str().unwrap_or_default()
    }

    fn is_true(&self, key: &str) -> bool {
        self[key] == true
    }

    fn list(&self, key: &str) -> &[Value] {
        self[key].as_array().map_or(&[], Vec::as_slice)
    }

    fn map(&self, key: &str) -> impl Iterator<Item = (&String, &Value)> {
        self[key].entries()
    }

    fn entries(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.as_object().into_iter().flatten()
    }

    fn resolve<'a>(&'a self, root: &'a Value) -> &'a Value {
        let pointer = self.text("$ref").strip_prefix('#');
        pointer
            .and_then(|pointer| root.pointer(pointer))
            .unwrap_or(self)
    }

    fn pretty(&self) -> String {
        format!("{self:#}")
    }
}
