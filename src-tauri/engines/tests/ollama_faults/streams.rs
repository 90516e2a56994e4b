//! Answers that break off, stall, or come from where they should not.

use super::*;

#[tokio::test]
async fn text_is_the_same_wherever_the_network_cuts_it() {
    let bytes = format!("{}\n{DONE}\n", line("żółw 😀")).into_bytes();
    for cut in [1, 24, 28, 29, 30, 36, 38, bytes.len() - 1] {
        let (first, second) = bytes.split_at(cut);
        let (engine, _) = serve(vec![("/api/chat", Reply::Stream(vec![(0, first.to_vec()), (20, second.to_vec())]))]).await;
        let (outcome, text) = chat(&engine).await;
        assert!(outcome.is_ok() && text == "żółw 😀", "cut at {cut}: {text:?}, {outcome:?}");
    }
}

#[tokio::test]
async fn streams_that_fail_get_their_cause_and_keep_their_text() {
    let half = (0, format!("{}\n", line("half")).into_bytes());
    let error = (0, b"{\"error\":\"llama runner process has terminated: signal: aborted\"}\n".to_vec());
    let flood = (0, vec![b'x'; 9 * 1024 * 1024]);
    for (reply, kind) in [
        (Reply::Stream(vec![half.clone()]), CauseKind::StreamEndedEarly),
        (Reply::Broken(vec![half.clone()]), CauseKind::StreamEndedEarly),
        (Reply::Stream(vec![half.clone(), error]), CauseKind::EngineCrashed),
        (Reply::Stream(vec![half.clone(), (9000, DONE.into())]), CauseKind::Stalled),
        (Reply::Stream(vec![half.clone(), flood]), CauseKind::EngineError),
        (Reply::Stream(vec![half.clone(), (0, br#"{"done":true,"eval_count":-3}"#.to_vec())]), CauseKind::AbsurdFigures),
    ] {
        let (engine, _) = serve(vec![("/api/chat", reply), ("/api/version", whole(200, r#"{"version":"0.33.0"}"#))]).await;
        let (outcome, text) = chat(&engine).await;
        assert_eq!((outcome.as_ref().unwrap_err().kind, text.as_str()), (kind, "half"), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_server_that_dies_in_the_middle_has_crashed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let engine = Ollama::with_limits(address(Some(&listener.local_addr().unwrap().to_string())).unwrap(), short()).unwrap();
    tokio::spawn(async move {
        for script in [("/api/show", whole(200, "{}")), ("/api/tags", whole(200, r#"{"models":null}"#))] {
            let (socket, _) = listener.accept().await.unwrap();
            answer_request(socket, |request| (path_of(request) == script.0).then(|| script.1.clone())).await;
        }
        let (socket, _) = listener.accept().await.unwrap();
        drop(listener);
        let half = Reply::Broken(vec![(0, format!("{}\n", line("half")).into_bytes())]);
        answer_request(socket, |_| Some(half.clone())).await;
    });
    let cause = chat(&engine).await.0.unwrap_err();
    assert!(cause.kind == CauseKind::EngineCrashed && cause.detail.contains("nothing answers"), "{cause}");
}

#[tokio::test]
async fn a_server_that_never_answers_a_prompt_has_stalled() {
    let (engine, _) = serve(vec![("/api/chat", Reply::Silence), ("/api/generate", Reply::Silence), ("/api/ps", whole(200, "{}"))]).await;
    let began = Instant::now();
    assert_eq!(chat(&engine).await.0.unwrap_err().kind, CauseKind::Stalled);
    let load = engine.load(&model(), &LoadOptions { context_tokens: 2048 }).await;
    assert_eq!(load.unwrap_err().kind, CauseKind::LoadTimedOut);
    assert!(began.elapsed() < Duration::from_secs(30), "the limits end both waits");
}

#[tokio::test]
async fn a_generation_that_is_answered_from_elsewhere_is_refused() {
    for (reply, word) in [
        (whole(302, ""), "redirects to http://elsewhere.example/"),
        (whole(200, "<html><body>Please log in</body></html>"), "<html>"),
        (whole(404, "<html>"), "HTTP 404"),
    ] {
        let (engine, _) = serve(vec![("/api/chat", reply)]).await;
        let cause = chat(&engine).await.0.unwrap_err();
        assert!(cause.kind == CauseKind::NotAnEngine && cause.detail.contains(word), "{cause}");
    }
}

#[tokio::test]
async fn a_chat_can_be_put_without_its_template() {
    let request = Request { model: model(), prompt: Prompt::Chat("hi".into()), max_output_tokens: 64, context_tokens: 2048 };
    let written = r#"{"response":"Hello"}"#;
    let done = r#"{"response":"","done":true,"done_reason":"stop"}"#;
    for (reply, writes) in [
        (stream(&[written, done]), Some(true)),
        (stream(&[done]), Some(false)),
        (whole(500, r#"{"error":"no"}"#), None),
        (stream(&[]), None),
    ] {
        let (engine, _) = serve(vec![("/api/generate", reply)]).await;
        assert_eq!(engine.writes_without_template(&request).await, writes);
    }
}
