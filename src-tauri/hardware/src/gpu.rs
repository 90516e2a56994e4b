//! Which graphics processors there are, from what their drivers show in files.

use std::fs;
use std::path::Path;

use toprung_core::machine::Gpu;

use crate::SensorReport;

/// PCI vendors whose graphics processors run models.
const VENDORS: [(&str, &str); 3] = [("0x10de", "NVIDIA"), ("0x1002", "AMD"), ("0x8086", "Intel")];

/// Every graphics processor that the drivers show; none on systems other than Linux.
pub(crate) fn gpus() -> Vec<Gpu> {
    gpus_at(Path::new("/proc/driver/nvidia/gpus"), Path::new("/sys/class/drm"))
}

/// NVIDIA's driver names its own; the others show a vendor and a device number only.
fn gpus_at(nvidia: &Path, cards: &Path) -> Vec<Gpu> {
    let mut gpus: Vec<Gpu> = entries(nvidia).iter().filter_map(|folder| nvidia_gpu(folder)).collect();
    let named = !gpus.is_empty();
    let others = entries(cards).into_iter().filter(|folder| is_card(folder)).filter_map(|folder| card_gpu(&folder.join("device")));
    gpus.extend(others.filter(|gpu| !(named && gpu.name.starts_with("NVIDIA"))));
    gpus
}

/// Paths in a folder, by name; none where it can't be read.
fn entries(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// `card0` is a card, `card0-HDMI-A-1` one of its sockets.
fn is_card(path: &Path) -> bool {
    let number = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_prefix("card"));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

fn nvidia_gpu(folder: &Path) -> Option<Gpu> {
    let information = fs::read_to_string(folder.join("information")).ok()?;
    let name = information.lines().find_map(|line| line.strip_prefix("Model:"))?.trim();
    (!name.is_empty()).then(|| Gpu { name: name.to_owned(), memory_bytes: None })
}

fn card_gpu(device: &Path) -> Option<Gpu> {
    let read = |name: &str| fs::read_to_string(device.join(name)).ok().map(|text| text.trim().to_owned());
    let vendor = read("vendor")?;
    let (_, name) = VENDORS.iter().find(|(id, _)| *id == vendor)?;
    let number = read("device").map(|number| format!(" {number}")).unwrap_or_default();
    // AMD's driver tells the size of its memory here; integrated ones report the part that is set aside for them.
    let memory_bytes = read("mem_info_vram_total").and_then(|bytes| bytes.parse().ok());
    Some(Gpu { name: format!("{name} GPU{number}"), memory_bytes })
}

pub(crate) fn report() -> SensorReport {
    let gpus = gpus();
    let reading = (!gpus.is_empty()).then(|| gpus.into_iter().map(|gpu| gpu.name).collect::<Vec<_>>().join(", "));
    let mend = "Nothing if there is none: the processor does the work. Otherwise install the driver of your GPU.";
    SensorReport::new("GPU", reading, "no driver of an NVIDIA, AMD or Intel GPU shows one", mend)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn drivers_files_name_the_gpus() {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| write(root.path(), path, text);
        write("nvidia/0000:01:00.0/information", "Model: \t\t NVIDIA GeForce RTX 4070\nIRQ:   \t\t 184\n");
        write("drm/card0/device/vendor", "0x10de\n");
        write("drm/card1/device/vendor", "0x1002\n");
        write("drm/card1/device/device", "0x744c\n");
        write("drm/card1/device/mem_info_vram_total", "25753026560\n");
        write("drm/card1-HDMI-A-1/device/vendor", "0x1002\n");
        write("drm/card2/device/vendor", "0x1af4\n");
        let gpus = gpus_at(&root.path().join("nvidia"), &root.path().join("drm"));
        let expected = [
            Gpu { name: "NVIDIA GeForce RTX 4070".to_owned(), memory_bytes: None },
            Gpu { name: "AMD GPU 0x744c".to_owned(), memory_bytes: Some(25_753_026_560) },
        ];
        assert_eq!(gpus, expected, "a card counts once, a socket or a virtual card never");
    }

    #[test]
    fn without_its_driver_an_nvidia_card_is_still_seen() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "card0/device/vendor", "0x10de\n");
        let gpus = gpus_at(Path::new("/nowhere"), root.path());
        assert_eq!(gpus, [Gpu { name: "NVIDIA GPU".to_owned(), memory_bytes: None }]);
    }

    #[test]
    fn folders_that_are_missing_show_none() {
        assert_eq!(gpus_at(Path::new("/nowhere"), Path::new("/nowhere")), []);
    }
}
