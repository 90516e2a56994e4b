//! What the way to the server does.

use super::*;

#[tokio::test]
async fn nothing_at_the_address_is_unreachable() {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let engine = Ollama::new(address(Some(&format!("127.0.0.1:{port}"))).unwrap()).unwrap();
    let cause = engine.describe().await.unwrap_err();
    assert!(cause.kind == CauseKind::EngineUnreachable && cause.detail.contains(&port.to_string()), "{cause}");
    let (silent, _) = serve(vec![("/api/version", Reply::Silence)]).await;
    assert_eq!(silent.describe().await.unwrap_err().kind, CauseKind::EngineUnreachable);
}

#[tokio::test]
async fn a_busy_server_is_asked_again_and_counted() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let engine = Ollama::new(address(Some(&listener.local_addr().unwrap().to_string())).unwrap()).unwrap();
    tokio::spawn(async move {
        for reply in [
            whole(503, r#"{"error":"server busy, please try again. maximum pending requests exceeded"}"#),
            whole(200, r#"{"version":"1.0.0"}"#),
        ] {
            let (socket, _) = listener.accept().await.unwrap();
            answer_request(socket, |_| Some(reply.clone())).await;
        }
    });
    assert_eq!(engine.describe().await.unwrap().version.as_deref(), Some("1.0.0"));
    assert_eq!(engine.busy_answers(), 1);
}

#[tokio::test]
async fn a_connection_that_breaks_is_tried_again_only_where_that_is_safe() {
    let (engine, served) = serve(vec![("/api/version", Reply::Raw(Vec::new()))]).await;
    assert_eq!(engine.describe().await.unwrap_err().kind, CauseKind::EngineUnreachable);
    assert_eq!(served.load(Ordering::SeqCst), 2, "a question may be asked twice");
    let lives = ("/api/version", whole(200, r#"{"version":"1.0.0"}"#));
    let (engine, served) = serve(vec![("/api/chat", Reply::Raw(Vec::new())), lives]).await;
    assert_eq!(chat(&engine).await.0.unwrap_err().kind, CauseKind::StreamEndedEarly);
    assert_eq!(served.load(Ordering::SeqCst), 4, "two questions about the model, one generation, and one look whether the server lives");
}

#[tokio::test]
async fn a_slow_link_is_no_dead_one() {
    // Ten pauses of 0.6 s: thrice the limit as a whole, and none of them as long as it.
    let line = format!("{}\n{DONE}\n", line("at last"));
    let pieces: Vec<(u64, Vec<u8>)> = line.as_bytes().chunks(line.len() / 9).map(|piece| (600, piece.to_vec())).collect();
    assert!(pieces.len() >= 9);
    let (engine, _) = serve(vec![("/api/chat", Reply::Stream(pieces))]).await;
    let (outcome, text) = chat(&engine).await;
    assert!(outcome.is_ok() && text == "at last", "bytes came all the time: {text:?}, {outcome:?}");
}

#[tokio::test]
async fn headers_that_trickle_in_are_bound_by_the_first_byte_limit() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let engine = Ollama::with_limits(address(Some(&listener.local_addr().unwrap().to_string())).unwrap(), short()).unwrap();
    tokio::spawn(async move {
        for body in ["{}", r#"{"models":null}"#] {
            let (socket, _) = listener.accept().await.unwrap();
            answer_request(socket, |_| Some(whole(200, body))).await;
        }
        let (mut socket, _) = listener.accept().await.unwrap();
        assert!(socket.read(&mut [0; 64 * 1024]).await.unwrap() > 0, "the request comes before its reply");
        for byte in b"HTTP/1.1 200 OK\r\nx-endless: ".iter().chain([b'x'; 500].iter()) {
            if socket.write_all(&[*byte]).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    let began = Instant::now();
    let cause = chat(&engine).await.0.unwrap_err();
    assert!(cause.kind == CauseKind::Stalled && cause.detail.contains("2 s"), "{cause}");
    assert!(began.elapsed() < Duration::from_secs(20), "a byte now and then does not hold it up");
}

#[tokio::test]
async fn a_reply_that_is_too_large_or_packed_is_refused_and_not_unpacked() {
    let huge = Reply::Stream(vec![(0, vec![b' '; 17 * 1024 * 1024])]);
    let (engine, _) = serve(vec![("/api/version", huge)]).await;
    let cause = engine.describe().await.unwrap_err();
    assert!(cause.kind == CauseKind::NotAnEngine && cause.detail.contains("16777216 bytes"), "{cause}");
    // The beginning of a gzip stream; unpacked, such a stream can be a thousand times as large as what was sent.
    let bomb =
        [b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-encoding: gzip\r\n\r\n".as_slice(), &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]];
    let (engine, _) = serve(vec![("/api/version", Reply::Raw(bomb.concat()))]).await;
    let cause = engine.describe().await.unwrap_err();
    assert!(cause.kind == CauseKind::NotAnEngine && cause.detail.contains("something else"), "packed bytes are taken as they are: {cause}");
}
