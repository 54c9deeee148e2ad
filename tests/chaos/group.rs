//! Clients who write to each other all at once.

use std::sync::Arc;

use anyhow::Context;
use serde_json::json;

use super::mirror::Mirror;

/// A group as one of its members knows it.
#[derive(Clone, Debug)]
pub struct Group {
    pub id: String,
    members: Vec<String>,
    /// Somebody who never writes to its members.
    pub stranger: String,
    /// Somebody whom its maker lets in and puts out again.
    pub guest: String,
}

impl Group {
    /// The first of them makes it.
    pub async fn start(
        members: &[Arc<Mirror>],
        stranger: &Mirror,
        guest: &Mirror,
    ) -> anyhow::Result<Self> {
        let maker = &members.first().context("a group of nobody")?.person;
        let names = members.iter().map(|member| member.person.username.clone());
        let group = Self {
            id: String::new(),
            members: names.collect(),
            stranger: stranger.person.username.clone(),
            guest: guest.person.username.clone(),
        };
        let others = group.others(&maker.username);
        let body = json!({ "title": format!("with {}", maker.username), "members": others });
        let answer = maker.post("/api/v1/conversations", &body).await?.is(201)?;
        let id = answer["id"].as_str().context("a group without an id")?;
        Ok(Self {
            id: id.to_owned(),
            ..group
        })
    }

    pub fn others(&self, member: &str) -> Vec<String> {
        let others = self.members.iter().filter(|other| *other != member);
        others.cloned().collect()
    }

    /// Whether this is who made it, and so its owner.
    pub fn is_made_by(&self, member: &str) -> bool {
        self.members.first().is_some_and(|maker| maker == member)
    }
}
