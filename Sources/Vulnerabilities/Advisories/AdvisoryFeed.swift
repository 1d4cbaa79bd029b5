// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Something to download advisories from.
package struct AdvisoryFeed: Sendable, Hashable {
    /// For people.
    package let name: String
    package let url: String
    /// The file that it is kept as.
    package let file: String

    private init(name: String, url: String, file: String) {
        self.name = name
        self.url = url
        self.file = file
    }

    /// An ecosystem of OSV, or a URL: https, or http to this machine.
    package init?(_ text: String) {
        if text.hasPrefix("https://") || text.hasPrefix("http://127.0.0.1:") {
            guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
            let path = text.prefix { $0 != "?" }
            let name = path.split(separator: "/").last.map(String.init) ?? ""
            let kinds = [".zip", ".json", ".csv", ".gz"]
            let ending = kinds.contains { name.hasSuffix($0) } ? "" : ".json"
            let mark = String(PathHash.of(text), radix: 16)
            self.init(name: text, url: text, file: mark + "-" + Self.plain(name) + ending)
            return
        }
        let allowed = { (byte: UInt8) in
            byte.isLetter || byte.isDigit || " .:-".utf8.contains(byte)
        }
        guard !text.isEmpty, text.utf8.allSatisfy(allowed), !text.hasPrefix(".") else { return nil }
        let folder = text.replacing(" ", with: "%20").replacing(":", with: "%3A")
        self.init(
            name: "OSV " + text,
            url: "https://osv-vulnerabilities.storage.googleapis.com/\(folder)/all.zip",
            file: "osv-\(Self.plain(text)).zip"
        )
    }

    private static func plain(_ text: String) -> String {
        String(
            decoding: text.utf8.map { byte in
                byte.isLetter || byte.isDigit || byte == UInt8(ascii: ".")
                    ? byte : UInt8(ascii: "-")
            },
            as: UTF8.self
        )
    }

    /// Debian, Ubuntu, Alpine, the languages, what is exploited, and how likely.
    package static let usual: [AdvisoryFeed] =
        [
            AdvisoryFeed(
                name: "Debian's security tracker",
                url: "https://security-tracker.debian.org/tracker/data/json",
                file: "debian-tracker.json"
            ),
            AdvisoryFeed(
                name: "CISA's known exploited vulnerabilities",
                url: "https://www.cisa.gov/sites/default/files/feeds/"
                    + "known_exploited_vulnerabilities.json",
                file: "known-exploited.json"
            ),
            AdvisoryFeed(
                name: "EPSS",
                url: "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz",
                file: "epss.csv.gz"
            ),
        ]
        + [
            "Ubuntu", "Alpine", "PyPI", "npm", "Go", "Maven", "RubyGems", "crates.io",
            "Packagist", "NuGet",
        ].compactMap { AdvisoryFeed($0) }
}
