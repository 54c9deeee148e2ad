//! What only its owner sees of a conversation, and whom they do not want to hear.

use reqwest::Method;
use serde_json::{Value, json};

use super::Client;
use crate::chaos::ledger::View;

impl Client {
    /// Mutes the group or lets it speak, writes a draft or drops it, blocks a stranger or lets them in.
    pub(super) async fn change_own_view(&mut self, count: u64) -> anyhow::Result<()> {
        let group = format!("/api/v1/conversations/{}", self.group.id);
        let off = self.random.percent(40);
        let method = if off { Method::DELETE } else { Method::PUT };
        match self.random.below(3) {
            0 => {
                let path = format!("{group}/mute");
                self.insist(method, &path, &Value::Null, false).await?;
                self.view().muted = !off;
            }
            1 => {
                let draft = (!off).then(|| format!("a draft at {count}"));
                let body = draft
                    .as_ref()
                    .map_or(Value::Null, |draft| json!({ "body": draft }));
                let path = format!("{group}/draft");
                self.insist(method, &path, &body, false).await?;
                self.view().draft = draft;
            }
            _ => {
                let stranger = self.group.stranger.clone();
                let path = format!("/api/v1/blocks/{stranger}");
                self.insist(method, &path, &Value::Null, false).await?;
                let own = self.person.username.clone();
                let blocks = self.ledger.blocks.entry(own).or_default();
                if off {
                    blocks.remove(&stranger);
                } else {
                    blocks.insert(stranger);
                }
            }
        }
        Ok(())
    }

    fn view(&mut self) -> &mut View {
        let key = (self.person.username.clone(), self.group.id.clone());
        self.ledger.views.entry(key).or_default()
    }
}
