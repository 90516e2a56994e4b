//! A small HTTP server that plays any fault: each answer is made by the test.

use std::ops::Range;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What is sent back.
#[derive(Clone, Default)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
    /// Bytes of the body after which the connection is closed.
    pub(super) cut: Option<usize>,
    /// Bytes of the body after which nothing more comes.
    pub(super) stall: Option<usize>,
    /// Sends no length: the body ends with the connection's last chunk.
    pub(super) chunked: bool,
}

impl Answer {
    pub(super) fn status(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// The part of a file that was asked for, as a server with ranges sends it; the whole without a range.
    pub(super) fn part(file: &[u8], etag: &str, asked: &Asked) -> Self {
        let etag = ("ETag", format!("\"{etag}\""));
        let Some(range) = asked.range.clone() else {
            return Self { status: 200, headers: vec![etag], body: file.to_vec(), ..Self::default() };
        };
        let end = range.end.min(file.len());
        let content_range = ("Content-Range", format!("bytes {}-{}/{}", range.start, end - 1, file.len()));
        Self { status: 206, headers: vec![etag, content_range], body: file[range.start..end].to_vec(), ..Self::default() }
    }
}

/// One request that came.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// Counts from 0.
    pub(super) number: usize,
    pub(super) range: Option<Range<usize>>,
}

pub(super) struct Server {
    pub(super) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    pub(super) async fn start(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/model.gguf", listener.local_addr().expect("it is bound"));
        let (asked, answer) = (Arc::new(Mutex::new(Vec::new())), Arc::new(answer));
        let seen = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&seen), Arc::clone(&answer)));
            }
        });
        Self { url, asked }
    }

    /// A server that does everything right.
    pub(super) async fn with_ranges(file: Vec<u8>) -> Self {
        Self::start(move |asked| Answer::part(&file, "v1", asked)).await
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("no test panicked in it").clone()
    }
}

async fn serve(mut stream: TcpStream, seen: Arc<Mutex<Vec<Asked>>>, answer: Arc<impl Fn(&Asked) -> Answer + Send + Sync>) {
    while let Some(range) = request(&mut stream).await {
        let asked = {
            let mut seen = seen.lock().expect("no test panicked in it");
            let asked = Asked { number: seen.len(), range };
            seen.push(asked.clone());
            asked
        };
        if send(&mut stream, answer(&asked)).await.is_none() {
            return;
        }
    }
}

/// Reads one request's head; the range that it asks for, if any.
async fn request(stream: &mut TcpStream) -> Option<Option<Range<usize>>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
    let range = head.lines().find_map(|line| line.strip_prefix("range: bytes=")?.split_once('-'));
    Some(range.and_then(|(first, last)| Some(first.parse().ok()?..last.parse::<usize>().ok()? + 1)))
}

/// `None` when the connection is to be closed.
async fn send(stream: &mut TcpStream, answer: Answer) -> Option<()> {
    let length = match answer.chunked {
        true => "Transfer-Encoding: chunked\r\n".to_owned(),
        false => format!("Content-Length: {}\r\n", answer.body.len()),
    };
    let headers: String = answer.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    stream.write_all(format!("HTTP/1.1 {} X\r\n{length}{headers}\r\n", answer.status).as_bytes()).await.ok()?;
    let end = answer.cut.or(answer.stall).unwrap_or(answer.body.len()).min(answer.body.len());
    match answer.chunked {
        true => {
            for chunk in answer.body[..end].chunks(1 << 16) {
                stream.write_all(format!("{:x}\r\n", chunk.len()).as_bytes()).await.ok()?;
                stream.write_all(chunk).await.ok()?;
                stream.write_all(b"\r\n").await.ok()?;
            }
            stream.write_all(b"0\r\n\r\n").await.ok()?;
        }
        false => stream.write_all(&answer.body[..end]).await.ok()?,
    }
    stream.flush().await.ok()?;
    if answer.stall.is_some() {
        std::future::pending::<()>().await;
    }
    answer.cut.is_none().then_some(())
}
