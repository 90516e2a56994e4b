//! An OpenAI-compatible server in a few lines: one model, which writes as many tokens as it is asked for.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const WORDS: [&str; 8] = ["Yes", ", ", "that ", "works ", "well ", "on ", "any ", "machine. "];

/// What a test sees of it.
pub(crate) struct Server {
    pub(crate) url: String,
    /// Every request that it got, as it came.
    pub(crate) heard: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Serves the model `tiny` as long as the test runs, to whoever has the key where it wants one; a token takes `pause_ms`.
    pub(crate) fn start(key: Option<&'static str>, pause_ms: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&heard);
        std::thread::spawn(move || {
            for stream in listener.incoming().filter_map(Result::ok) {
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || {
                    let _ = answer(stream, key, pause_ms, &kept);
                });
            }
        });
        Self { url, heard }
    }

    /// How many of its requests carried this key.
    pub(crate) fn carried(&self, key: &str) -> usize {
        let bearer = format!("authorization: Bearer {key}\r\n");
        self.heard.lock().unwrap().iter().filter(|request| request.contains(&bearer)).count()
    }
}

fn answer(mut stream: TcpStream, key: Option<&str>, pause_ms: u64, heard: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let request = read(&mut stream)?;
    heard.lock().unwrap().push(request.clone());
    let carried = request.split("authorization: Bearer ").nth(1).and_then(|rest| rest.lines().next());
    if key.is_some() && carried != key {
        // Some servers repeat what they refuse.
        let body = format!("{{\"error\":{{\"message\":\"Incorrect API key: {}\"}}}}", carried.unwrap_or("none"));
        return whole(&mut stream, 401, &body);
    }
    match request.split(' ').nth(1).unwrap_or_default() {
        "/v1/models" => whole(&mut stream, 200, r#"{"object":"list","data":[{"id":"tiny","owned_by":"llamacpp"}]}"#),
        "/v1/chat/completions" => write(&mut stream, &request, pause_ms, |word| format!(r#""delta":{{"content":"{word}"}}"#)),
        "/v1/completions" => write(&mut stream, &request, pause_ms, |word| format!(r#""text":"{word}""#)),
        _ => whole(&mut stream, 404, "{}"),
    }
}

/// A request with its whole body.
fn read(stream: &mut TcpStream) -> std::io::Result<String> {
    let (mut request, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        let read = stream.read(&mut piece)?;
        request.extend_from_slice(&piece[..read]);
        let text = String::from_utf8_lossy(&request).into_owned();
        let length = text.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse::<usize>().ok());
        if read == 0 || text.find("\r\n\r\n").is_some_and(|end| request.len() >= end + 4 + length.unwrap_or(0)) {
            return Ok(text);
        }
    }
}

fn whole(stream: &mut TcpStream, status: u16, body: &str) -> std::io::Result<()> {
    let head =
        format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    stream.write_all(format!("{head}{body}").as_bytes())
}

fn write(stream: &mut TcpStream, request: &str, pause_ms: u64, part: impl Fn(&str) -> String) -> std::io::Result<()> {
    let asked = request.split("\"max_tokens\":").nth(1).and_then(|rest| rest.split([',', '}']).next()?.parse::<usize>().ok());
    // A question is answered in a sentence; a speed trial to its last token.
    let tokens = if request.contains("ignore_eos") { asked.unwrap_or(1) } else { asked.unwrap_or(1).min(WORDS.len()) };
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")?;
    // Each question gets an answer of its own.
    let own = format!("{} bytes ", request.len());
    for word in std::iter::once(own.as_str()).chain(WORDS.into_iter().cycle()).take(tokens) {
        std::thread::sleep(Duration::from_millis(pause_ms));
        stream.write_all(format!("data: {{\"choices\":[{{\"index\":0,{},\"finish_reason\":null}}]}}\n\n", part(word)).as_bytes())?;
    }
    let words = request.split("\r\n\r\n").nth(1).unwrap_or_default().split(' ').count();
    let usage = format!("\"usage\":{{\"prompt_tokens\":{words},\"completion_tokens\":{tokens}}}");
    let end = format!(
        "data: {{\"choices\":[{{\"index\":0,\"finish_reason\":\"stop\"}}]}}\n\ndata: {{\"choices\":[],{usage}}}\n\ndata: [DONE]\n\n"
    );
    stream.write_all(end.as_bytes())
}
