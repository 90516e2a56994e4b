//! Names the app's commands to Tauri, so that each needs a permission of its own: without this list, every local
//! window could call all of them.

include!("app/command_names.rs");

fn main() {
    println!("cargo:rerun-if-changed=src-tauri/app/command_names.rs");
    println!("cargo:rerun-if-changed=ui/dist");
    let manifest = tauri_build::AppManifest::new().commands(COMMAND_NAMES);
    let attributes = tauri_build::Attributes::new().app_manifest(manifest);
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo:warning={error:#}");
        std::process::exit(1);
    }
}
