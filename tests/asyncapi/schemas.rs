//! Holds what is told against what `/asyncapi.json` says of it.

use anyhow::{Context, Result, ensure};
use jsonschema::Validator;
use serde_json::{Value, json};

/// The document of a running service.
pub struct Schemas {
    pub document: Value,
    /// Its components, less lenient: a field that nobody has described is a mistake.
    components: Value,
}

impl Schemas {
    pub fn of(document: Value) -> Self {
        let mut components = document["components"].clone();
        let schemas = components["schemas"].as_object_mut();
        for (name, schema) in schemas.into_iter().flatten() {
            // Parts of something larger.
            let is_part = ["CloudEvent", "StreamHeaders", "InboxItem", "SentItem"];
            let is_whole = schema["properties"].is_object() && !is_part.contains(&name.as_str());
            if is_whole && !name.starts_with("push.") {
                schema["additionalProperties"] = json!(false);
            }
        }
        Self {
            document,
            components,
        }
    }

    /// Whether a message is as described.
    pub fn check(&self, message: &str, payload: &Value) -> Result<()> {
        let said = &self.components["messages"][message]["payload"];
        ensure!(said.is_object(), "{message} is not described");
        let errors: Vec<String> = self
            .validator(said)?
            .iter_errors(payload)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        ensure!(errors.is_empty(), "{message}: {errors:?}: {payload}");
        Ok(())
    }

    fn validator(&self, said: &Value) -> Result<Validator> {
        let schema = json!({ "allOf": [said], "components": self.components });
        jsonschema::draft7::options()
            .should_validate_formats(true)
            .build(&schema)
            .map_err(|error| anyhow::anyhow!("{error}"))
            .context("a schema that is none")
    }
}
