//! Files, and the attachments that they become.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;
use exercise_harness::Context;
use hyper::StatusCode;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{until, with_server};
use crate::ApiServer;
use crate::client::{Client, DEADLINE};
use crate::live::Live;

const LETTER: &[u8] = b"Dear Ada, all is well. Yours, Charles.";

async fn send(client: &mut Client, live: &Live, file: &[u8]) -> anyhow::Result<u64> {
    let sent = client.upload("letter.txt", live.number, file.to_vec().into()).await?;
    let attachment = sent.expect(StatusCode::CREATED)?.json()?["attachment"].as_u64();
    attachment.context("the attachment has no number")
}

/// The names of the uploads in progress, and the bytes received of each.
async fn progress(live: &mut Live) -> anyhow::Result<Vec<(String, u64)>> {
    live.send(&json!({ "type": "progress" })).await?;
    let answer = live.wait_for("progress").await?;
    let uploads = answer["uploads"].as_array().into_iter().flatten();
    let mut uploads: Vec<_> = uploads
        .filter_map(|one| Some((one["name"].as_str()?.to_owned(), one["received"].as_u64()?)))
        .collect();
    uploads.sort();
    Ok(uploads)
}

/// Sends the rest of a file that was begun. Returns the first line of the answer.
async fn finish(mut stream: TcpStream, rest: &[u8]) -> anyhow::Result<String> {
    stream.write_all(rest).await?;
    let mut answer = [0; 256];
    let length = timeout(DEADLINE, stream.read(&mut answer)).await.context("no answer")??;
    let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}

/// Everybody can read an attachment as it was sent; only its owner can delete it. It outlives the
/// connection of its upload.
pub fn upload_becomes_an_attachment<S: ApiServer>(context: &Context) {
    with_server::<S>(context, async |server| {
        let mut ada = Client::log_in(server, "ada").await?;
        let mut alan = Client::log_in(server, "alan").await?;
        let live = Live::connect(&ada).await?;
        let long: Vec<u8> = (0..700_000_u32).map(|at| (at % 251) as u8).collect();
        for file in [LETTER, b"", &long] {
            let attachment = send(&mut ada, &live, file).await?;
            let path = format!("/attachments/{attachment}");
            assert!(alan.get(&path).await?.expect(StatusCode::OK)?.body == file, "as sent");
            alan.delete(&path).await?.expect(StatusCode::FORBIDDEN)?;
            ada.delete(&path).await?.expect(StatusCode::NO_CONTENT)?;
            ada.get(&path).await?.expect(StatusCode::NOT_FOUND)?;
            ada.delete(&path).await?.expect(StatusCode::NOT_FOUND)?;
        }
        let kept = send(&mut ada, &live, LETTER).await?;
        live.close().await?;
        let path = format!("/attachments/{kept}");
        assert_eq!(alan.get(&path).await?.expect(StatusCode::OK)?.body, LETTER, "it stays");
        Ok(())
    });
}

/// A client gets the progress of its own uploads, even when one of them is cut off.
pub fn uploads_go_on_beside_each_other<S: ApiServer>(context: &Context) {
    with_server::<S>(context, async |server| {
        let ada = Client::log_in(server, "ada").await?;
        let alan = Client::log_in(server, "alan").await?;
        let (mut live, mut other) = (Live::connect(&ada).await?, Live::connect(&alan).await?);
        let size = LETTER.len();
        let slow = ada.begin_upload("slow.txt", live.number, size, &LETTER[..10]).await?;
        let cut = ada.begin_upload("cut.txt", live.number, size, &LETTER[..20]).await?;
        let both = [("cut.txt".to_owned(), 20), ("slow.txt".to_owned(), 10)];
        until("both uploads are reported", async || Ok(progress(&mut live).await? == both)).await?;
        assert_eq!(progress(&mut other).await?, [], "another user's uploads are not reported");

        drop(cut);
        let mut third = Client::log_in(server, "anita").await?;
        let live_of_third = Live::connect(&third).await?;
        send(&mut third, &live_of_third, LETTER).await?;
        let uploads = progress(&mut live).await?;
        assert!(uploads.contains(&both[1]), "the slow upload continues: {uploads:?}");
        let answer = finish(slow, &LETTER[10..]).await?;
        assert!(answer.starts_with("HTTP/1.1 201"), "the slow upload is complete: {answer:?}");
        let uploads = progress(&mut live).await?;
        let continues = uploads.iter().any(|(name, _)| name == "slow.txt");
        assert!(!continues, "the slow upload is still in progress: {uploads:?}");
        Ok(())
    });
}

/// A file larger than a mebibyte is refused and leaves nothing; the next upload is accepted.
pub fn large_upload_is_refused<S: ApiServer>(context: &Context) {
    with_server::<S>(context, async |server| {
        let mut ada = Client::log_in(server, "ada").await?;
        let mut live = Live::connect(&ada).await?;
        let size = 1024 * 1024;
        let stream = ada.begin_upload("video.mp4", live.number, size * 4, &vec![0; size]).await?;
        let answer = finish(stream, &[0]).await?;
        assert!(answer.starts_with("HTTP/1.1 413"), "{answer:?}");
        until("no upload continues", async || Ok(progress(&mut live).await?.is_empty())).await?;
        let left = fs::read_dir(context.folder().join("arriving"))?.count();
        assert_eq!(left, 0, "its file was deleted");
        send(&mut ada, &live, &vec![0; size]).await?;
        Ok(())
    });
}

/// A folder in whose place there is a file, so that no request that needs the folder succeeds.
/// Dropping this puts the folder back.
struct Unavailable {
    folder: PathBuf,
    aside: PathBuf,
}

impl Unavailable {
    fn new(folder: PathBuf) -> anyhow::Result<Self> {
        let aside = folder.with_extension("aside");
        fs::rename(&folder, &aside)?;
        fs::write(&folder, "")?;
        Ok(Self { folder, aside })
    }
}

impl Drop for Unavailable {
    fn drop(&mut self) {
        fs::remove_file(&self.folder).expect("the file can be removed");
        fs::rename(&self.aside, &self.folder).expect("the folder can be moved back");
    }
}

/// An upload that cannot begin or cannot be moved is refused; the client's other upload continues.
pub fn failed_upload_disturbs_nothing<S: ApiServer>(context: &Context) {
    with_server::<S>(context, async |server| {
        let mut ada = Client::log_in(server, "ada").await?;
        let mut live = Live::connect(&ada).await?;
        let size = LETTER.len();
        let slow = ada.begin_upload("slow.txt", live.number, size, &LETTER[..10]).await?;
        let only = [("slow.txt".to_owned(), 10)];
        until("the upload is reported", async || Ok(progress(&mut live).await? == only)).await?;
        for folder in ["arriving", "attachments"] {
            let unavailable = Unavailable::new(context.folder().join(folder))?;
            let refused = ada.upload("letter.txt", live.number, LETTER.into()).await?;
            drop(unavailable);
            refused.expect(StatusCode::INTERNAL_SERVER_ERROR).with_context(|| folder.to_owned())?;
            let only_one = async || Ok(progress(&mut live).await? == only);
            until("only the other upload is reported", only_one).await?;
        }
        let left = fs::read_dir(context.folder().join("arriving"))?.count();
        assert!(left <= 1, "one upload continues, but there are {left} files");
        let answer = finish(slow, &LETTER[10..]).await?;
        assert!(answer.starts_with("HTTP/1.1 201"), "the slow upload is complete: {answer:?}");
        Ok(())
    });
}

/// An attachment whose file cannot be deleted can be deleted later.
pub fn failed_deletion_can_be_repeated<S: ApiServer>(context: &Context) {
    with_server::<S>(context, async |server| {
        let mut ada = Client::log_in(server, "ada").await?;
        let live = Live::connect(&ada).await?;
        let attachment = send(&mut ada, &live, LETTER).await?;
        let path = format!("/attachments/{attachment}");
        let unavailable = Unavailable::new(context.folder().join("attachments"))?;
        let refused = ada.delete(&path).await?;
        drop(unavailable);
        if !refused.status.is_success() {
            ada.delete(&path).await?.expect(StatusCode::NO_CONTENT)?;
        }
        ada.get(&path).await?.expect(StatusCode::NOT_FOUND)?;
        let left = fs::read_dir(context.folder().join("attachments"))?.count();
        assert_eq!(left, 0, "the attachment was deleted, but its file is still there");
        Ok(())
    });
}

/// An upload needs a connection of its own user.
pub fn upload_needs_its_own_connection<S: ApiServer>(context: &Context) {
    with_server::<S>(context, async |server| {
        let mut ada = Client::log_in(server, "ada").await?;
        let alan = Client::log_in(server, "alan").await?;
        let (live, other) = (Live::connect(&ada).await?, Live::connect(&alan).await?);
        let number = other.number;
        let upload = ada.upload("a.txt", number, "text".into()).await?;
        upload.expect(StatusCode::FORBIDDEN)?;
        ada.upload("a.txt", 999, "text".into()).await?.expect(StatusCode::NOT_FOUND)?;
        let gone = live.number;
        live.close().await?;
        let refused = async || {
            let upload = ada.upload("a.txt", gone, "text".into()).await?;
            Ok(upload.status == StatusCode::NOT_FOUND)
        };
        until("a closed connection accepts no upload", refused).await
    });
}
