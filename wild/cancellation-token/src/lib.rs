//! Connections with uploads, each of which can be cancelled, alone or with its connection.

use tokio_util::sync::CancellationToken;

/// A client's connection.
#[derive(Debug)]
pub struct Connection {
    token: CancellationToken,
}

/// A part of an upload.
#[derive(Debug)]
pub struct Part {
    token: CancellationToken,
}

impl Connection {
    pub fn open(server: &CancellationToken) -> Self {
        Self { token: server.child_token() }
    }

    /// Begins an upload, and returns its only part.
    pub fn upload(&self) -> Part {
        let upload = self.token.child_token();
        Part { token: upload.child_token() }
    }

    /// Ends everything that belongs to the connection.
    pub fn close(self) {
        self.token.cancel();
    }
}

impl Part {
    pub fn is_cancelled(&self) -> bool {
        self.token.is_cancelled()
    }
}
