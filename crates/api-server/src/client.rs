//! A user's HTTP connection to the server.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Method, Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The longest time that an answer may take.
pub const DEADLINE: Duration = Duration::from_secs(10);

/// A logged-in user with a connection that is kept open.
pub struct Client {
    pub address: SocketAddr,
    pub token: String,
    requests: SendRequest<Full<Bytes>>,
}

/// The answer to a request.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    /// The header `x-cache`.
    pub cache: Option<String>,
    pub body: Bytes,
}

impl Answer {
    pub fn json(&self) -> anyhow::Result<Value> {
        serde_json::from_slice(&self.body).with_context(|| format!("not JSON: {:?}", self.body))
    }

    /// The answer, if it has this status.
    pub fn expect(self, status: StatusCode) -> anyhow::Result<Self> {
        let text = String::from_utf8_lossy(&self.body);
        ensure!(self.status == status, "the answer is {}, not {status}: {text}", self.status);
        Ok(self)
    }
}

impl Client {
    /// Connects a client that has not logged in.
    pub async fn connect(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await.context("the server cannot be reached")?;
        stream.set_nodelay(true)?;
        let (requests, connection) = http1::handshake(TokioIo::new(stream)).await?;
        // The task ends when this client is dropped.
        tokio::spawn(connection);
        Ok(Self { address, token: String::new(), requests })
    }

    pub async fn log_in(address: SocketAddr, user: &str) -> anyhow::Result<Self> {
        let mut client = Self::connect(address).await?;
        let answer = client.post("/login", &json!({ "user": user })).await?;
        let token = answer.expect(StatusCode::OK)?.json()?;
        client.token = token["token"].as_str().context("the login gave no token")?.to_owned();
        Ok(client)
    }

    pub async fn get(&mut self, path: &str) -> anyhow::Result<Answer> {
        self.send(Method::GET, path, &[], Bytes::new()).await
    }

    pub async fn delete(&mut self, path: &str) -> anyhow::Result<Answer> {
        self.send(Method::DELETE, path, &[], Bytes::new()).await
    }

    pub async fn post(&mut self, path: &str, body: &Value) -> anyhow::Result<Answer> {
        let headers = [("content-type", "application/json")];
        self.send(Method::POST, path, &headers, body.to_string().into()).await
    }

    /// Uploads a file for the WebSocket connection with this number.
    pub async fn upload(&mut self, name: &str, by: u64, file: Bytes) -> anyhow::Result<Answer> {
        let headers = [("x-connection", by.to_string())];
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        self.send(Method::PUT, &format!("/uploads/{name}"), &headers, file).await
    }

    async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> anyhow::Result<Answer> {
        let what = format!("{method} {path}");
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "tasks");
        if !self.token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body))?;
        let answered = async {
            let response = self.requests.send_request(request).await?;
            let status = response.status();
            let cache = response.headers().get("x-cache").and_then(|value| value.to_str().ok());
            let cache = cache.map(str::to_owned);
            let body = response.into_body().collect().await?.to_bytes();
            anyhow::Ok(Answer { status, cache, body })
        };
        match timeout(DEADLINE, answered).await {
            Ok(answer) => answer.with_context(|| format!("{what} failed")),
            Err(_) => bail!("{what} was not answered within {DEADLINE:?}"),
        }
    }

    /// Sends the first part of a file of `size` bytes over a separate connection. Dropping the
    /// returned stream cuts the upload off.
    pub async fn begin_upload(
        &self,
        name: &str,
        by: u64,
        size: usize,
        first: &[u8],
    ) -> anyhow::Result<TcpStream> {
        let mut stream = TcpStream::connect(self.address).await?;
        let head = format!(
            "PUT /uploads/{name} HTTP/1.1\r\nhost: tasks\r\nauthorization: Bearer {}\r\n\
             x-connection: {by}\r\ncontent-length: {size}\r\n\r\n",
            self.token
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(first).await?;
        Ok(stream)
    }
}
