//! What `/openapi.json` says, and whether an answer is as it says.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use house::{Answer, House};
use serde_json::{Map, Value};

use super::calls::Call;

/// On every answer, whatever it is.
const ALWAYS: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// The service's own description.
pub struct Description(Value);

impl Description {
    pub async fn of(house: &House) -> Result<Self> {
        let url = format!("{}/openapi.json", house.apis()[0]);
        let client = reqwest::Client::builder().no_proxy().build()?;
        Ok(Self(client.get(url).send().await?.json().await?))
    }

    /// All operations, as `GET /api/v1/me`.
    pub fn names(&self) -> BTreeSet<String> {
        let paths = self.0["paths"].as_object().into_iter().flatten();
        let operations = paths.flat_map(|(path, item)| {
            let methods = item.as_object().into_iter().flat_map(Map::keys);
            methods.map(move |method| format!("{} {path}", method.to_uppercase()))
        });
        operations.collect()
    }

    fn operation(&self, call: &Call) -> &Value {
        &self.0["paths"][call.template][call.method.as_str().to_lowercase()]
    }

    /// Whether it says that a call needs no token.
    pub fn is_open(&self, call: &Call) -> bool {
        self.operation(call)["security"]
            .as_array()
            .is_some_and(|needs| needs.iter().any(|one| one == &serde_json::json!({})))
    }

    /// The statuses of success.
    pub fn successes(&self, call: &Call) -> Vec<u16> {
        let responses = self.operation(call)["responses"].as_object();
        let statuses = responses.into_iter().flat_map(Map::keys);
        let statuses = statuses.filter_map(|status| status.parse().ok());
        statuses.filter(|status| *status < 300).collect()
    }

    /// Holds an answer against what is said of it, and of all.
    pub fn check(&self, call: &Call, answer: &Answer) -> Result<()> {
        let name = call.name();
        for (header, value) in ALWAYS {
            let found = answer.header(header);
            ensure!(found == Some(value), "{name}: {header} is {found:?}");
        }
        for header in ["x-request-id", "content-security-policy", "vary"] {
            let found = answer.header(header).unwrap_or_default();
            ensure!(!found.is_empty(), "{name}: without {header}");
        }
        let status = answer.status.to_string();
        let said = &self.operation(call)["responses"][&status];
        ensure!(
            said.is_object(),
            "{name}: {status} is not described: {}",
            String::from_utf8_lossy(&answer.body)
        );
        check_content(answer, self.resolved(said)?).with_context(|| format!("{name}: {status}"))
    }

    /// References to nothing.
    pub fn dangling(&self) -> Vec<String> {
        let text = self.0.to_string();
        let references = text.split(r#""$ref":""#).skip(1);
        let references = references.filter_map(|rest| rest.split('"').next());
        let is_nothing = |reference: &&str| {
            let pointer = reference.strip_prefix('#');
            pointer.is_none_or(|pointer| self.0.pointer(pointer).is_none())
        };
        references.filter(is_nothing).map(str::to_owned).collect()
    }

    /// What a reference leads to.
    fn resolved<'a>(&'a self, said: &'a Value) -> Result<&'a Value> {
        let Some(reference) = said["$ref"].as_str() else {
            return Ok(said);
        };
        let pointer = reference.strip_prefix('#').context("a foreign reference")?;
        self.0.pointer(pointer).context("a reference to nothing")
    }
}

/// The body is of a kind that is described, and JSON where it says so.
fn check_content(answer: &Answer, said: &Value) -> Result<()> {
    let Some(content) = said["content"].as_object() else {
        ensure!(answer.body.is_empty(), "a body that is not described");
        return Ok(());
    };
    let kind = answer.header("content-type").unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default();
    ensure!(
        content.contains_key(essence) || content.contains_key("*/*"),
        "{kind} is not described"
    );
    let is_json = essence == "application/json" || essence.ends_with("+json");
    ensure!(
        !is_json || serde_json::from_slice::<Value>(&answer.body).is_ok(),
        "no JSON"
    );
    Ok(())
}
