//! Forms with files, written by hand, since most of these no client would write.

use anyhow::Result;
use house::{Answer, Person};
use reqwest::Method;

const BOUNDARY: &str = "a-line-that-no-file-has";

/// A `multipart/form-data` body.
#[derive(Default)]
pub struct Form {
    body: Vec<u8>,
    is_unfinished: bool,
}

impl Form {
    /// Adds a part, whatever its name holds.
    pub fn file(mut self, field: &str, name: &str, media_type: &str, content: &[u8]) -> Self {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
             Content-Type: {media_type}\r\n\r\n"
        );
        self.body.extend(head.as_bytes());
        self.body.extend(content);
        self.body.extend(b"\r\n");
        self
    }

    /// Its end is missing.
    pub fn unfinished(mut self) -> Self {
        self.is_unfinished = true;
        self
    }

    /// Uploads it.
    pub async fn send(mut self, person: &Person) -> Result<Answer> {
        if !self.is_unfinished {
            self.body.extend(format!("--{BOUNDARY}--\r\n").as_bytes());
        }
        let request = person
            .request(Method::POST, "/api/v1/attachments")
            .header(
                "content-type",
                format!("multipart/form-data; boundary={BOUNDARY}"),
            )
            .body(self.body);
        person.ask(request).await
    }
}

/// Uploads one file.
pub async fn upload(person: &Person, name: &str, content: &[u8]) -> Result<Answer> {
    let form = Form::default();
    let form = form.file("file", name, "application/octet-stream", content);
    form.send(person).await
}
