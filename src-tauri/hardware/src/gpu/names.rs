//! Names of graphics cards from the list of PCI devices that distributions bring; drivers give a number only.

use std::fs;
use std::path::Path;

/// Where distributions keep the list.
const LISTS: [&str; 3] = ["usr/share/hwdata/pci.ids", "usr/share/misc/pci.ids", "usr/share/pci.ids"];

/// “Radeon RX 7900 XTX” for vendor `0x1002` and device `0x744c`; `None` where no list has it.
pub(super) fn product(root: &Path, vendor: &str, device: &str) -> Option<String> {
    let (vendor, device) = (vendor.strip_prefix("0x")?, device.strip_prefix("0x")?);
    // Names hold letters of other alphabets, in whichever encoding.
    let list = LISTS.iter().find_map(|path| fs::read(root.join(path)).ok())?;
    in_list(&String::from_utf8_lossy(&list), vendor, device)
}

/// A vendor's line begins with its number; those of its devices follow with a tab, those of cards with two.
fn in_list(list: &str, vendor: &str, device: &str) -> Option<String> {
    let mut lines = list.lines();
    lines.find(|line| line.strip_prefix(vendor).is_some_and(|rest| rest.starts_with("  ")))?;
    let devices = lines.take_while(|line| line.starts_with(['\t', '#']) || line.is_empty());
    let name = devices.into_iter().find_map(|line| line.strip_prefix('\t')?.strip_prefix(device)?.strip_prefix("  "))?;
    // The chip comes first, and in brackets what stands on the box.
    let sold_as = name.rsplit_once('[').and_then(|(_, rest)| rest.split(']').next());
    Some(sold_as.unwrap_or(name).trim().to_owned()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "# A comment\n1000  Other\n\t744c  Not this one\n1002  Advanced Micro Devices, Inc. [AMD/ATI]\n\t7448  Navi 31 [Radeon Pro W7900]\n\t\t744c 0e0d  Not this one\n\t744c  Navi 31 [Radeon RX 7900 XTX]\n8086  Intel Corporation\n\ta7a0  Raptor Lake-P [Iris Xe Graphics]\n\tffff  Bare\n";

    #[test]
    fn the_name_on_the_box_is_found_under_its_vendor() {
        assert_eq!(in_list(LIST, "1002", "744c").as_deref(), Some("Radeon RX 7900 XTX"));
        assert_eq!(in_list(LIST, "8086", "a7a0").as_deref(), Some("Iris Xe Graphics"));
        assert_eq!(in_list(LIST, "8086", "ffff").as_deref(), Some("Bare"));
        assert_eq!(in_list(LIST, "1002", "a7a0"), None, "it is another vendor's");
        assert_eq!(in_list("", "1002", "744c"), None);
    }
}
