//! One example for each operation of the description: who may, and what it says to those who may not.
//!
//! `{…}` in a path or a body is filled from the [`World`](super::world::World). The order is that in which the owners call.

use house::PASSWORD;
use reqwest::Method;
use serde_json::{Value, json};

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Wrote the letters, owns the group.
    Alice,
    /// Received them.
    Bob,
    /// Leaves for good.
    Erin,
    /// Alice, on a device that is logged out.
    Spare,
    /// Audits.
    Auditor,
}

/// What somebody meets who has nothing to do with what the call is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outsider {
    /// This status, and the same answer as about something that is not there.
    IsTold(u16),
    /// There is nobody's but the caller's own; why that is so.
    HasTheirOwn(&'static str),
}

/// What is sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    Empty,
    Json(Value),
    /// A form with one file.
    File,
}

/// How one operation is called.
#[derive(Clone, Debug)]
pub struct Call {
    pub method: Method,
    /// As the description has it.
    pub template: &'static str,
    /// The same with something in it, and the query.
    pub path: &'static str,
    pub body: Body,
    pub by: Who,
    /// Why it needs no token, where it needs none.
    pub is_open: Option<&'static str>,
    pub outsider: Outsider,
    /// Asked of the notifier, which shares its addresses with the API in `tidings up` only.
    pub is_push: bool,
}

fn call(method: Method, template: &'static str) -> Call {
    Call {
        method,
        template,
        path: template,
        body: Body::Empty,
        by: Who::Alice,
        is_open: None,
        outsider: Outsider::IsTold(404),
        is_push: false,
    }
}

fn get(template: &'static str) -> Call {
    call(Method::GET, template)
}

fn post(template: &'static str) -> Call {
    call(Method::POST, template)
}

fn put(template: &'static str) -> Call {
    call(Method::PUT, template)
}

fn patch(template: &'static str) -> Call {
    call(Method::PATCH, template)
}

fn delete(template: &'static str) -> Call {
    call(Method::DELETE, template)
}

impl Call {
    fn at(self, path: &'static str) -> Self {
        Self { path, ..self }
    }

    fn with(self, body: Value) -> Self {
        let body = Body::Json(body);
        Self { body, ..self }
    }

    fn by(self, by: Who) -> Self {
        Self { by, ..self }
    }

    fn open(self, why: &'static str) -> Self {
        let is_open = Some(why);
        Self { is_open, ..self }
    }

    fn own(self, why: &'static str) -> Self {
        let outsider = Outsider::HasTheirOwn(why);
        Self { outsider, ..self }
    }

    fn told(self, status: u16) -> Self {
        let outsider = Outsider::IsTold(status);
        Self { outsider, ..self }
    }

    /// As a test's complaint names it.
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.template)
    }

    /// Whether it is about the group.
    pub fn is_of_group(&self) -> bool {
        let is_in_body =
            matches!(&self.body, Body::Json(body) if body.to_string().contains("{group}"));
        self.path.contains("{group}") || is_in_body
    }
}

const LIST: &str = "a list holds what is the caller's";
const SELF: &str = "it is about the caller";
const STRANGERS: &str = "whoever has no account yet, or no token";

/// Every operation, once.
pub fn calls() -> Vec<Call> {
    [
        accounts(),
        sessions(),
        messages(),
        boxes(),
        conversations(),
        push(),
        audit(),
        webhooks(),
        administration(),
        classic(),
        the_end(),
    ]
    .concat()
}

fn accounts() -> Vec<Call> {
    vec![
        post("/api/v1/accounts")
            .with(json!({ "username": "frida", "password": PASSWORD }))
            .open(STRANGERS),
        get("/api/v1/accounts").own("everybody may write to everybody"),
        get("/api/v1/me").own(SELF),
        patch("/api/v1/me")
            .with(json!({ "first_name": "Alice" }))
            .own(SELF),
        get("/api/v1/me/export").own(SELF),
        put("/api/v1/blocks/{username}")
            .at("/api/v1/blocks/{carol}")
            .own(SELF),
        get("/api/v1/blocks").own(LIST),
        delete("/api/v1/blocks/{username}")
            .at("/api/v1/blocks/{carol}")
            .own(SELF),
    ]
}

fn sessions() -> Vec<Call> {
    vec![
        get("/.well-known/jwks.json").open("public keys are public"),
        post("/api/v1/sessions")
            .with(json!({ "username": "{alice}", "password": PASSWORD }))
            .open(STRANGERS),
        post("/api/v1/sessions/refresh")
            .with(json!({ "refresh_token": "{refresh}" }))
            .open("the refresh token says who it is"),
        get("/api/v1/sessions").own(LIST),
        delete("/api/v1/sessions/{id}").at("/api/v1/sessions/{session}"),
        delete("/api/v1/sessions/current").by(Who::Spare).own(SELF),
    ]
}

fn messages() -> Vec<Call> {
    vec![
        post("/api/v1/attachments")
            .own("whoever uploads one")
            .with_file(),
        get("/api/v1/attachments/{id}").at("/api/v1/attachments/{attachment}"),
        post("/api/v1/messages").with(json!({ "conversation_id": "{group}", "body": "hello" })),
        get("/api/v1/messages/{id}").at("/api/v1/messages/{message}"),
        get("/api/v1/messages/{id}/trace").at("/api/v1/messages/{message}/trace"),
        patch("/api/v1/messages/{id}")
            .at("/api/v1/messages/{message}")
            .with(json!({ "body": "changed" })),
        delete("/api/v1/messages/{id}").at("/api/v1/messages/{unwanted}"),
    ]
}

impl Call {
    fn with_file(self) -> Self {
        let body = Body::File;
        Self { body, ..self }
    }
}

fn boxes() -> Vec<Call> {
    vec![
        get("/api/v1/sent").own(LIST),
        delete("/api/v1/sent/{id}").at("/api/v1/sent/{message}"),
        post("/api/v1/sent/{id}/restore").at("/api/v1/sent/{message}/restore"),
        get("/api/v1/inbox").by(Who::Bob).own(LIST),
        get("/api/v1/search")
            .at("/api/v1/search?q=hello")
            .by(Who::Bob)
            .own(LIST),
        delete("/api/v1/inbox/{id}")
            .at("/api/v1/inbox/{message}")
            .by(Who::Bob),
        post("/api/v1/inbox/{id}/restore")
            .at("/api/v1/inbox/{message}/restore")
            .by(Who::Bob),
        post("/api/v1/inbox/delivered")
            .with(json!({ "up_to": "{token}" }))
            .by(Who::Bob)
            .own(SELF),
        // Not in the group: what a removed member has received stays theirs to read.
        post("/api/v1/inbox/read")
            .with(json!({ "conversation_id": "{conversation}", "up_to": "{message}" }))
            .by(Who::Bob),
        post("/api/v1/inbox/unread")
            .with(json!({ "message_ids": ["{message}"] }))
            .by(Who::Bob)
            .told(422),
    ]
}

fn conversations() -> Vec<Call> {
    let one = "/api/v1/conversations/{id}";
    let group = "/api/v1/conversations/{group}";
    let member = "/api/v1/conversations/{id}/members/{username}";
    let carol = "/api/v1/conversations/{group}/members/{carol}";
    let archive = "/api/v1/conversations/{id}/archive";
    let mute = "/api/v1/conversations/{id}/mute";
    let draft = "/api/v1/conversations/{id}/draft";
    let its_draft = "/api/v1/conversations/{group}/draft";
    vec![
        get("/api/v1/conversations").own(LIST),
        post("/api/v1/conversations")
            .with(json!({ "title": "Another", "members": ["bob"] }))
            .own("whoever starts one"),
        get(one).at(group),
        patch(one).at(group).with(json!({ "title": "Renamed" })),
        get("/api/v1/conversations/{id}/messages").at("/api/v1/conversations/{group}/messages"),
        put(member).at(carol).with(json!({})),
        delete(member).at(carol),
        put(archive).at("/api/v1/conversations/{group}/archive"),
        delete(archive).at("/api/v1/conversations/{group}/archive"),
        put(mute).at("/api/v1/conversations/{group}/mute"),
        delete(mute).at("/api/v1/conversations/{group}/mute"),
        put(draft).at(its_draft).with(json!({ "body": "dear" })),
        get(draft).at(its_draft),
        delete(draft).at(its_draft),
    ]
}

fn push() -> Vec<Call> {
    vec![
        post("/api/v1/typing").with(json!({ "conversation_id": "{group}" })),
        Call {
            is_push: true,
            ..get("/api/v1/events").own(SELF)
        },
        Call {
            is_push: true,
            ..get("/api/v1/ws").open("a browser's socket says who it is in its first frame")
        },
    ]
}

fn audit() -> Vec<Call> {
    let calls = [
        get("/api/v1/audit/events"),
        get("/api/v1/audit/checkpoint"),
        get("/api/v1/audit/checkpoints"),
        get("/api/v1/audit/key"),
        get("/api/v1/audit/tile/{path}").at("/api/v1/audit/tile/0/000.p/1"),
        get("/api/v1/audit/mailbox/{username}").at("/api/v1/audit/mailbox/{alice}"),
    ];
    calls.map(|call| call.by(Who::Auditor).told(403)).to_vec()
}

fn webhooks() -> Vec<Call> {
    let all = "/api/v1/webhooks";
    let one = "/api/v1/webhooks/{id}";
    let its = "/api/v1/webhooks/{webhook}";
    vec![
        get(all).told(403),
        post(all)
            .with(json!({ "url": "https://93.184.216.34/others" }))
            .told(403),
        get(one).at(its).told(403),
        post("/api/v1/webhooks/{id}/replay")
            .at("/api/v1/webhooks/{webhook}/replay")
            .with(json!({ "after": 0 }))
            .told(403),
        delete(one).at(its).told(403),
    ]
}

fn administration() -> Vec<Call> {
    let one = "/api/v1/admin/accounts/{id}";
    let disabled = "/api/v1/admin/accounts/{id}/disabled";
    let dora_disabled = "/api/v1/admin/accounts/{dora}/disabled";
    let role = "/api/v1/admin/accounts/{id}/roles/{role}";
    let auditor = "/api/v1/admin/accounts/{dora}/roles/auditor";
    let calls = [
        get("/api/v1/admin/accounts").at("/api/v1/admin/accounts?q=do"),
        get(one).at("/api/v1/admin/accounts/{dora}"),
        put(role).at(auditor),
        delete(role).at(auditor),
        put(disabled).at(dora_disabled),
        delete(disabled).at(dora_disabled),
        post("/api/v1/admin/accounts/{id}/reset-password")
            .at("/api/v1/admin/accounts/{dora}/reset-password"),
        get("/api/v1/admin/throttles"),
        delete("/api/v1/admin/throttles/{limit}/{who}").at("/api/v1/admin/throttles/guesses/{bob}"),
        get("/api/v1/admin/health"),
        get("/api/v1/admin/storage"),
    ];
    calls.map(|call| call.told(403)).to_vec()
}

fn classic() -> Vec<Call> {
    vec![
        post("/api/account/register")
            .with(json!({ "username": "greta", "password": PASSWORD, "email": "greta@example.org" }))
            .open(STRANGERS),
        post("/api/auth/token")
            .with(json!({ "username": "{alice}", "password": PASSWORD }))
            .open(STRANGERS),
        post("/api/token-verify")
            .with(json!({ "token": "{access}" }))
            .open("the token is what it is about"),
        get("/api/account").own("the original shows everybody to everybody"),
        get("/api/conversations")
            .at("/api/conversations?msg_sender={alice}&msg_receiver={bob}")
            .told(403),
        post("/api/conversation/create")
            .with(json!({
                "msg_sender": "{alice}", "msg_receiver": "{bob}", "message": "hello", "conversation_subject": "",
            }))
            .told(403),
        get("/api/last_conversation")
            .at("/api/last_conversation?username={alice}")
            .told(403),
        delete("/api/conversation/delete/{conversation_id}")
            .at("/api/conversation/delete/{number}?username={caller}"),
    ]
}

/// After these their caller is not who they were.
fn the_end() -> Vec<Call> {
    vec![
        put("/api/v1/me/password")
            .with(json!({ "current": PASSWORD, "new": "another-password" }))
            .by(Who::Erin)
            .own(SELF),
        delete("/api/v1/me")
            .with(json!({ "password": "another-password" }))
            .by(Who::Erin)
            .own(SELF),
    ]
}
