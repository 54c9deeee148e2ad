//! Tokens that open nothing any more, or never did.

use anyhow::{Context, Result};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use eventlog::{Keyring, Secret, Secrets};
use house::until;
use serde_json::{Value, json};

use super::world::World;

/// The id of the test's own signing key, which the service believes like one that another node has made.
const KID: &str = "made-by-a-test";

/// The parts of a token.
struct Parts {
    header: Value,
    claims: Value,
}

impl Parts {
    fn of(token: &str) -> Result<Self> {
        let mut parts = token.split('.');
        let mut next = || -> Result<Value> {
            let part = parts.next().context("a token has three parts")?;
            Ok(serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part)?)?)
        };
        Ok(Self {
            header: next()?,
            claims: next()?,
        })
    }

    fn unsigned(&self) -> String {
        let part = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        format!("{}.{}", part(&self.header), part(&self.claims))
    }

    fn signed(&self, key: &Ed25519KeyPair) -> String {
        let text = self.unsigned();
        let signature = URL_SAFE_NO_PAD.encode(key.sign(text.as_bytes()));
        format!("{text}.{signature}")
    }
}

/// Tokens of Alice's, each with what is wrong with it.
pub async fn bad(world: &World) -> Result<Vec<(&'static str, String)>> {
    let token = &world.alice.token;
    let other = world.bob.token.rsplit_once('.').context("a signature")?.1;
    let mut none = Parts::of(token)?;
    none.header["alg"] = json!("none");
    let forged = format!("{}.{other}", Parts::of(token)?.unsigned());

    let key = believed_key(world).await?;
    let mut own = Parts::of(token)?;
    own.header["kid"] = json!(KID);
    // It is the time alone that makes it bad.
    let good = world.alice.with_token(&own.signed(&key));
    let client = reqwest::Client::builder().no_proxy().build()?;
    let (api, push) = (&world.house.apis()[0], good.notifier());
    for url in [format!("{api}/api/v1/me"), format!("{push}/api/v1/events")] {
        until("the test's key is believed", async || {
            let request = client.get(&url).bearer_auth(&good.token);
            Ok((good.ask(request).await?.status == 200).then_some(()))
        })
        .await?;
    }
    let now = own.claims["iat"].as_i64().context("iat")?;
    own.claims["iat"] = json!(now - 1200);
    own.claims["exp"] = json!(now - 600);
    Ok(vec![
        ("expired", own.signed(&key)),
        ("forged", forged),
        ("alg: none", format!("{}.", none.unsigned())),
        ("of a session that has ended", world.ended.token.clone()),
    ])
}

/// A key in the service's own table, whose private half the test has.
async fn believed_key(world: &World) -> Result<Ed25519KeyPair> {
    let key = Ed25519KeyPair::generate()?;
    let secrets = Secrets::new(Secret::new(world.house.master_key()?));
    let keyring = Keyring::new(world.house.pool.clone(), &secrets);
    let wrapped = keyring.wrap(&format!("signing key {KID}"), key.to_pkcs8()?.as_ref());
    sqlx::query(
        "insert into auth.signing_keys (kid, public_key, wrapped, created_at)
         select $1, $2, $3, min(created_at) from auth.signing_keys",
    )
    .bind(KID)
    .bind(key.public_key().as_ref())
    .bind(wrapped)
    .execute(&world.house.pool)
    .await?;
    Ok(key)
}
