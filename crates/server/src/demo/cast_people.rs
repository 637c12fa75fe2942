//! The members of the cast, who can log in through the Kakao sandbox, and their follows.

use funsun_domain::accounts::username_from_nickname;
use funsun_domain::ids::{AccountKey, KakaoId};
use funsun_domain::time::Timestamp;

use crate::db::{Conn, StorageError};
use crate::follows;
use crate::members::{self, KakaoProfile};

/// One-way follows, by index; the pairs below are mutual.
const ONE_WAY: &[(usize, usize)] = &[(5, 0), (5, 1), (6, 0), (7, 0), (7, 2), (6, 3)];
/// Pairs of friends, in addition to the group of [`CLOSE`].
const FRIENDS: &[(usize, usize)] = &[(5, 6), (6, 7), (4, 7), (3, 5)];
/// The first members of the cast, who are all friends with each other.
const CLOSE: usize = 5;

/// Creates the members, with portraits as far as there are any; returns their keys in order.
pub fn create(
    conn: &mut Conn,
    portraits: &[String],
    now: Timestamp,
) -> Result<Vec<AccountKey>, StorageError> {
    let mut keys = Vec::new();
    for (at, person) in kakao_sandbox::cast_members().into_iter().enumerate() {
        let id = KakaoId::new(person.id).map_err(StorageError::corrupt)?;
        let username = username_from_nickname(&person.nickname);
        let kakao = KakaoProfile {
            email: person.email,
            birthday: person.birthday,
            gender: person.gender,
            age_range: person.age_range,
        };
        let key = members::create(conn, id, username.as_str(), &kakao, now)?;
        members::set_image(conn, key, portraits.get(at).map(String::as_str))?;
        let bank_account = format!("국민은행 0000000000000{at}");
        members::set_bank_account(conn, key, Some(&bank_account))?;
        keys.push(key);
    }
    create_follows(conn, &keys, now)?;
    Ok(keys)
}

fn create_follows(
    conn: &mut Conn,
    keys: &[AccountKey],
    now: Timestamp,
) -> Result<(), StorageError> {
    let ids: Vec<i64> = kakao_sandbox::cast_members().iter().map(|p| p.id).collect();
    let mut follows = |follower: usize, followee: usize| {
        let id = KakaoId::new(ids[followee]).map_err(StorageError::corrupt)?;
        follows::follow(conn, keys[follower], id, now).map_err(StorageError::corrupt)
    };
    let close = (0..CLOSE).flat_map(|one| (0..one).map(move |other| (one, other)));
    for (one, other) in close.chain(FRIENDS.iter().copied()) {
        follows(one, other)?;
        follows(other, one)?;
    }
    for (follower, followee) in ONE_WAY {
        follows(*follower, *followee)?;
    }
    Ok(())
}
