//! A server that plays replies over a real socket, whatever they are.

#![allow(dead_code, unreachable_pub)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with one request.
#[derive(Clone)]
pub enum Reply {
    /// Status and body, whole.
    Whole(u16, Vec<u8>),
    /// Pieces of a stream with a pause before each; then the connection ends as a stream should.
    Stream(Vec<(u64, Vec<u8>)>),
    /// The same, and then the connection breaks.
    Broken(Vec<(u64, Vec<u8>)>),
    /// The request is read and never answered.
    Silence,
    /// These bytes, whatever they are.
    Raw(Vec<u8>),
}

pub fn whole(status: u16, body: &str) -> Reply {
    Reply::Whole(status, body.as_bytes().to_vec())
}

pub fn stream(lines: &[&str]) -> Reply {
    Reply::Stream(lines.iter().map(|line| (0, format!("{line}\n").into_bytes())).collect())
}

/// Replies by path.
pub type Script = Vec<(&'static str, Reply)>;

/// Serves requests by path on a port of its own; counts what it answered. A path that is not in the script gets no answer.
pub async fn serve_script(script: Script) -> (String, Arc<AtomicU32>) {
    let served = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&served);
    let address = serve_by(move |request| {
        let (_, reply) = script.iter().find(|(path, _)| *path == path_of(request))?;
        count.fetch_add(1, Ordering::SeqCst);
        Some(reply.clone())
    });
    (address.await, served)
}

/// Serves each request as `choose` says, on a port of its own.
pub async fn serve_by(choose: impl Fn(&str) -> Option<Reply> + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let choose = Arc::new(choose);
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let choose = Arc::clone(&choose);
            tokio::spawn(async move { answer_request(socket, choose.as_ref()).await });
        }
    });
    address
}

/// Reads one request and plays what `choose` says.
pub async fn answer_request(mut socket: TcpStream, choose: impl Fn(&str) -> Option<Reply>) {
    let request = read_request(&mut socket).await;
    if let Some(reply) = choose(&request) {
        let _ = play(&mut socket, reply).await;
    }
}

/// The path of a request.
pub fn path_of(request: &str) -> &str {
    request.split(' ').nth(1).unwrap_or_default()
}

/// A request with its whole body.
async fn read_request(socket: &mut TcpStream) -> String {
    let mut request = Vec::new();
    let mut piece = vec![0; 64 * 1024];
    loop {
        let read = socket.read(&mut piece).await.unwrap_or(0);
        request.extend_from_slice(&piece[..read]);
        let text = String::from_utf8_lossy(&request);
        let length = text.to_lowercase().split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse::<usize>().ok());
        let is_whole = text.find("\r\n\r\n").is_some_and(|end| text.len() >= end + 4 + length.unwrap_or(0));
        if read == 0 || is_whole {
            return text.into_owned();
        }
    }
}

pub async fn play(socket: &mut TcpStream, reply: Reply) -> std::io::Result<()> {
    const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n";
    let (pieces, breaks) = match reply {
        Reply::Whole(status, body) => {
            let head = format!(
                "HTTP/1.1 {status} X\r\nconnection: close\r\nlocation: http://elsewhere.example/\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            socket.write_all(head.as_bytes()).await?;
            return socket.write_all(&body).await;
        }
        Reply::Raw(bytes) => return socket.write_all(&bytes).await,
        Reply::Silence => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            return Ok(());
        }
        Reply::Stream(pieces) => (pieces, false),
        Reply::Broken(pieces) => (pieces, true),
    };
    socket.write_all(CHUNKED).await?;
    for (pause, piece) in pieces {
        tokio::time::sleep(Duration::from_millis(pause)).await;
        socket.write_all(format!("{:x}\r\n", piece.len()).as_bytes()).await?;
        socket.write_all(&piece).await?;
        socket.write_all(b"\r\n").await?;
        socket.flush().await?;
    }
    if breaks { Ok(()) } else { socket.write_all(b"0\r\n\r\n").await }
}
