//! What a program can't reach: files, processes, the network, the environment.

use super::{Ended, each, each_names, forbidden};

#[tokio::test]
async fn there_are_no_files() {
    each_names(&[
        ("open('/etc/passwd')", forbidden("the file '/etc/passwd'")),
        ("open('/proc/self/environ', 'rb')", forbidden("the file '/proc/self/environ'")),
        ("open('/usr/local/lib/../../../etc/passwd')", forbidden("the file '/usr/local/lib/../../../etc/passwd'")),
        ("open('written.txt', 'w')", forbidden("the file 'written.txt'")),
        ("import os\nos.listdir('/')", forbidden("the file '/'")),
        ("import os\nos.mkdir('folder')", forbidden("the file 'folder'")),
        ("import os\nos.symlink('/etc/passwd', 'link')", forbidden("the file '/etc/passwd'")),
        ("import pathlib\npathlib.Path('/etc/passwd').read_text()", forbidden("the file '/etc/passwd'")),
        ("import tempfile\ntempfile.mkdtemp()", forbidden("the folder for temporary files")),
    ])
    .await;
    each(
        &[
            "import sqlite3\nsqlite3.connect('/tmp/base').execute('create table t (x)')",
            "import os\nos.fdopen(3)",
            "import os\nos.read(5, 10)",
        ],
        |ended| matches!(ended, Ended::Failed(_) | Ended::Forbidden(_)),
    )
    .await;
}

#[tokio::test]
async fn no_file_of_the_machine_exists() {
    let source = "import os, glob
for path in ('/etc', '/etc/passwd', '/proc', '/proc/self/exe', '/home', '/tmp', '/dev/null', '..', '/usr/bin', '/usr/local/bin'):
    assert not os.path.exists(path), path
assert glob.glob('/*') == []
seen = [name for folder, folders, files in os.walk('/usr/local/lib') for name in files]
assert seen == ['python312.zip', 'os.py', '.empty'], seen  # its own standard library, which is part of the file";
    each(&[source], |ended| *ended == Ended::Passed).await;
}

#[tokio::test]
async fn there_are_no_processes() {
    each_names(&[
        ("import os\nos.system('ls')", forbidden("a process (os.system)")),
        ("import os\nos.fork()", forbidden("a process (os.fork)")),
        ("from os import fork", forbidden("a process (os.fork)")),
        ("import os\nos.execv('/bin/ls', ['ls'])", forbidden("a process (os.execv)")),
        ("import os\nos.kill(os.getppid() if hasattr(os, 'getppid') else 1, 9)", forbidden("a process (os.kill)")),
        ("import os\nos.popen('ls')", forbidden("a process (subprocess)")),
        ("import subprocess\nsubprocess.run(['ls'])", forbidden("a process (subprocess)")),
        ("import subprocess\nsubprocess.check_output('ls', shell=True)", forbidden("a process (subprocess)")),
    ])
    .await;
}

#[tokio::test]
async fn there_is_no_network() {
    each_names(&[
        ("import socket\nsocket.socket()", forbidden("the network (socket)")),
        ("import socket\nsocket.create_connection(('127.0.0.1', 80))", forbidden("the network (_socket.getaddrinfo)")),
        ("import urllib.request\nurllib.request.urlopen('http://127.0.0.1:1')", forbidden("the network (_socket.getaddrinfo)")),
        ("import http.client\nhttp.client.HTTPConnection('127.0.0.1').request('GET', '/')", forbidden("the network (_socket.getaddrinfo)")),
    ])
    .await;
}

#[tokio::test]
async fn there_is_no_environment() {
    each_names(&[
        ("import os\nos.environ['HOME']", forbidden("the environment variable 'HOME'")),
        ("import os, sys\nassert dict(os.environ) == {} and os.getenv('PATH') is None and len(sys.argv) == 1", Ended::Passed),
    ])
    .await;
}
