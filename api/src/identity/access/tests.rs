use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::EncodingKey;
use serde_json::{Value, json};

use super::*;

const ISSUER: &str = "0190c3f2-0000-7000-8000-000000000001";

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_900_000_000, 0).unwrap()
}

fn key(kid: &str) -> Arc<SigningKey> {
    SigningKey::fresh(kid, now())
}

fn caller() -> Caller {
    Caller {
        account: AccountId(Uuid::from_u128(1)),
        username: "alice".into(),
        session: SessionId(Uuid::from_u128(2)),
        roles: [Role::Auditor].into(),
    }
}

fn claims() -> Claims {
    Claims::of(
        Issue {
            issuer: ISSUER,
            caller: &caller(),
            at: now(),
            jti: Uuid::from_u128(3),
        },
        LIFE,
    )
}

/// The way of a token through the door: the key it names has to be ours.
fn door(token: &str, keys: &[&SigningKey], now: DateTime<Utc>) -> Option<Claims> {
    let kid = kid_of(token)?;
    read(token, keys.iter().find(|key| key.kid == kid)?, ISSUER, now)
}

fn header() -> Value {
    json!({"typ": "at+jwt", "alg": "EdDSA", "kid": "k1"})
}

/// A token that is rightly signed, whatever it says.
fn signed(header: &Value, claims: &Value, key: &SigningKey) -> String {
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature =
        jsonwebtoken::crypto::sign(message.as_bytes(), &key.private, Algorithm::EdDSA).unwrap();
    format!("{message}.{signature}")
}

fn with(mut object: Value, name: &str, value: Value) -> Value {
    object[name] = value;
    object
}

fn without(mut object: Value, name: &str) -> Value {
    object.as_object_mut().unwrap().remove(name);
    object
}

#[test]
fn what_was_signed_comes_back() {
    let key = key("k1");
    let token = sign(&claims(), &key).unwrap();
    assert_eq!(door(&token, &[&key], now()), Some(claims()));
    assert_eq!(claims().caller(), caller());
}

#[test]
fn a_classic_token_says_the_number_and_the_address() {
    let key = key("k1");
    let classic = Claims {
        classic: Some(ClassicClaims {
            user_id: 7,
            email: "a@b".into(),
        }),
        ..claims()
    };
    let token = sign(&classic, &key).unwrap();
    let payload: Value = serde_json::from_slice(
        &URL_SAFE_NO_PAD
            .decode(token.split('.').nth(1).unwrap())
            .unwrap(),
    )
    .unwrap();
    assert_eq!(
        (&payload["user_id"], &payload["email"]),
        (&json!(7), &json!("a@b"))
    );
    assert_eq!(door(&token, &[&key], now()), Some(classic));
}

#[test]
fn a_token_ends_when_it_says_give_or_take_the_clocks() {
    let key = key("k1");
    let token = sign(&claims(), &key).unwrap();
    assert!(door(&token, &[&key], now() + LIFE + TimeDelta::seconds(5)).is_some());
    assert!(door(&token, &[&key], now() + LIFE + TimeDelta::seconds(6)).is_none());
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table: one line a forgery")]
fn forged_tokens_are_refused() {
    let (ours, others) = (key("k1"), key("k1"));
    let good = serde_json::to_value(claims()).unwrap();
    let sane = signed(&header(), &good, &ours);
    assert!(
        door(&sane, &[&ours], now()).is_some(),
        "the forgeries below differ from a good one in one thing"
    );

    let (message, signature) = sane.rsplit_once('.').unwrap();
    let (head, payload) = message.split_once('.').unwrap();
    let unsigned = |alg: &str| {
        let head = URL_SAFE_NO_PAD.encode(with(header(), "alg", json!(alg)).to_string());
        format!("{head}.{payload}.")
    };
    let hs256 = {
        let mut header = Header::new(Algorithm::HS256);
        (header.typ, header.kid) = (Some(TYPE.to_owned()), Some("k1".to_owned()));
        encode(
            &header,
            &claims(),
            &EncodingKey::from_secret(ours.public_bytes()),
        )
        .unwrap()
    };
    let of_claims = |claims: Value| signed(&header(), &claims, &ours);
    let of_header = |header: Value| signed(&header, &good, &ours);
    let brought_along = json!({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA",
        "x": URL_SAFE_NO_PAD.encode(others.public_bytes())});
    let other_payload =
        URL_SAFE_NO_PAD.encode(with(good.clone(), "username", json!("bob")).to_string());

    let forged = [
        ("alg none", unsigned("none")),
        ("alg None", unsigned("None")),
        ("no signature", unsigned("EdDSA")),
        ("HS256 with the public key", hs256),
        (
            "another key under our kid",
            signed(&header(), &good, &others),
        ),
        (
            "a key brought along",
            signed(&with(header(), "jwk", brought_along), &good, &others),
        ),
        (
            "an address of keys",
            signed(
                &with(header(), "jku", json!("https://evil.example")),
                &good,
                &others,
            ),
        ),
        (
            "a chain of certificates",
            signed(
                &with(header(), "x5u", json!("https://evil.example")),
                &good,
                &others,
            ),
        ),
        (
            "an unknown kid",
            of_header(with(header(), "kid", json!("k2"))),
        ),
        (
            "a kid that is a path",
            of_header(with(header(), "kid", json!("../k1"))),
        ),
        ("no kid", of_header(without(header(), "kid"))),
        ("typ JWT", of_header(with(header(), "typ", json!("JWT")))),
        ("no typ", of_header(without(header(), "typ"))),
        (
            "a critical extension",
            of_header(with(header(), "crit", json!(["x"]))),
        ),
        (
            "another audience",
            of_claims(with(good.clone(), "aud", json!("others"))),
        ),
        (
            "several audiences",
            of_claims(with(good.clone(), "aud", json!(["tidings", "others"]))),
        ),
        ("no audience", of_claims(without(good.clone(), "aud"))),
        (
            "another issuer",
            of_claims(with(good.clone(), "iss", json!("https://evil.example"))),
        ),
        ("no issuer", of_claims(without(good.clone(), "iss"))),
        ("no exp", of_claims(without(good.clone(), "exp"))),
        (
            "exp null",
            of_claims(with(good.clone(), "exp", Value::Null)),
        ),
        (
            "exp as text",
            of_claims(with(good.clone(), "exp", json!("1900000600"))),
        ),
        (
            "expired 6 s ago",
            of_claims(with(good.clone(), "exp", json!(now().timestamp() - 6))),
        ),
        ("no subject", of_claims(without(good.clone(), "sub"))),
        (
            "a subject that is no account",
            of_claims(with(good.clone(), "sub", json!("alice"))),
        ),
        ("no session", of_claims(without(good.clone(), "sid"))),
        ("no iat", of_claims(without(good.clone(), "iat"))),
        (
            "another payload",
            format!("{head}.{other_payload}.{signature}"),
        ),
        ("half a signature", sane[..sane.len() - 40].to_owned()),
        ("a part too many", format!("{sane}.")),
        ("a refresh token", URL_SAFE_NO_PAD.encode([7; 64])),
        ("nothing", String::new()),
        ("dots", "..".to_owned()),
        (
            "endless",
            format!("{head}.{}.{signature}", "A".repeat(100_000)),
        ),
    ];
    for (what, token) in forged {
        assert_eq!(door(&token, &[&ours], now()), None, "{what}");
    }
}
