// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What system this host runs.
enum HostSystem {
    /// `Debian GNU/Linux 13 (trixie)`; `Linux` where it is not told.
    ///
    /// Source: os-release(5).
    static func name() -> String {
        // Without the file it is any Linux.
        guard let bytes = try? FileSystem.contents(of: "/etc/os-release", limit: 64 << 10) else {
            return "Linux"
        }
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        where line.hasPrefix("PRETTY_NAME=") {
            let name = line.dropFirst("PRETTY_NAME=".count).filter { $0 != "\"" && $0 != "'" }
            return String(name.prefix(128))
        }
        return "Linux"
    }
}
