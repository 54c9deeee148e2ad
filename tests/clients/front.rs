//! What stands in front of a service on many machines: one address, and behind it a process for the streams and one for all
//! else.

use anyhow::Result;
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use reqwest::Client;
use tokio::net::TcpListener;

#[derive(Clone)]
struct Front {
    http: Client,
    api: String,
    notifier: String,
}

/// Its address.
pub async fn open(api: String, notifier: String) -> Result<String> {
    let http = Client::builder().no_proxy().build()?;
    let front = Front {
        http,
        api,
        notifier,
    };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let app = Router::new().fallback(pass_on).with_state(front);
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(url)
}

async fn pass_on(State(front): State<Front>, request: Request) -> Response {
    match front.ask(request).await {
        Ok(response) => response,
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}

impl Front {
    async fn ask(&self, request: Request) -> Result<Response> {
        let (head, body) = request.into_parts();
        let room = match head.uri.path() {
            "/api/v1/events" => &self.notifier,
            _ => &self.api,
        };
        let answer = self
            .http
            .request(head.method, format!("{room}{}", head.uri))
            .headers(head.headers)
            .body(to_bytes(body, usize::MAX).await?)
            .send()
            .await?;
        let mut response = Response::new(Body::empty());
        *response.status_mut() = answer.status();
        *response.headers_mut() = answer.headers().clone();
        *response.body_mut() = Body::from_stream(answer.bytes_stream());
        Ok(response)
    }
}
