//! The logged-in users.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use parking_lot::Mutex;

use crate::error::ApiError;
use crate::server::App;

/// The users, and the token of each one's last login.
///
/// The company's single sign-on is in front of this server and checks the passwords.
pub struct Sessions {
    tokens: Mutex<HashMap<String, Option<String>>>,
    logins: AtomicU64,
    /// New at every start, so that nobody can compute a token.
    keys: [RandomState; 2],
}

impl Sessions {
    pub fn new(users: &[&str]) -> Self {
        let tokens = users.iter().map(|user| ((*user).to_owned(), None)).collect();
        let keys = [RandomState::new(), RandomState::new()];
        Self { tokens: Mutex::new(tokens), logins: AtomicU64::new(0), keys }
    }

    /// Logs a user in, which ends the user's previous login. Returns the token.
    pub fn log_in(&self, user: &str) -> Result<String, ApiError> {
        let mut tokens = self.tokens.lock();
        let token = tokens.get_mut(user).ok_or(ApiError::Unknown("user"))?;
        let login = self.logins.fetch_add(1, Ordering::Relaxed);
        let [first, second] = self.keys.each_ref().map(|key| key.hash_one(login));
        let fresh = format!("{user}.{first:016x}{second:016x}");
        *token = Some(fresh.clone());
        Ok(fresh)
    }

    pub fn knows(&self, user: &str) -> bool {
        self.tokens.lock().contains_key(user)
    }

    /// The user of `token`, if it is still valid.
    fn user_of(&self, token: &str) -> Option<String> {
        let (user, _) = token.rsplit_once('.')?;
        let good = self.tokens.lock().get(user)?.as_deref() == Some(token);
        good.then(|| user.to_owned())
    }
}

/// The logged-in user who makes a request.
pub struct Caller(pub String);

impl FromRequestParts<App> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| value.strip_prefix("Bearer "));
        token.and_then(|token| app.sessions.user_of(token)).map(Self).ok_or(ApiError::NotLoggedIn)
    }
}
