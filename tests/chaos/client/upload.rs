//! A file, to be sent with a message.

use anyhow::Context;
use house::Person;
use reqwest::Method;

use super::Client;
use crate::chaos::{history::Deed, ledger::File};

const BOUNDARY: &str = "a-line-that-no-file-has";

impl Client {
    /// Uploads until it is told that the file is kept. What an unknown answer has left behind is collected some day.
    pub(super) async fn upload(&mut self, content: &str) -> anyhow::Result<File> {
        let form = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n\
             {content}\r\n--{BOUNDARY}--\r\n"
        );
        let make = |person: &Person| {
            let kind = format!("multipart/form-data; boundary={BOUNDARY}");
            let request = person.request(Method::POST, "/api/v1/attachments");
            request.header("Content-Type", kind).body(form.clone())
        };
        let answer = self
            .insist_on((Deed::Change, None), "an upload", make, false)
            .await?;
        let url = answer.as_ref().and_then(|answer| answer["url"].as_str());
        Ok(File {
            url: url.context("an upload without a URL")?.to_owned(),
            content: content.to_owned(),
        })
    }
}
