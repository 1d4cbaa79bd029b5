// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Packages in dpkg's `status`, or in a file of distroless' `status.d`.
///
/// Source: dpkg(1), deb-control(5).
package enum DebianPackages {
    private static let fields: Set<String> = [
        "Package", "Version", "Architecture", "Source", "Status",
    ]

    /// The packages that are installed; those of which only settings are left are
    /// not.
    package static func read(_ bytes: [UInt8]) -> [InstalledPackage] {
        ControlFields.paragraphs(bytes, keeping: fields).compactMap { paragraph in
            guard let name = paragraph["Package"], let version = paragraph["Version"],
                !name.isEmpty, !version.isEmpty
            else { return nil }
            if let status = paragraph["Status"] {
                let state = status.split(separator: " ").last ?? ""
                guard state != "not-installed", state != "config-files" else { return nil }
            }
            var package = InstalledPackage(.debian, name, version)
            package.architecture = paragraph["Architecture"] ?? ""
            if let source = paragraph["Source"] {
                let parts = source.split(separator: " ", maxSplits: 1)
                package.sourceName = parts.first.map(String.init) ?? name
                if parts.count == 2 {
                    package.sourceVersion = String(parts[1]).trimming { $0 == "(" || $0 == ")" }
                }
            }
            return package
        }
    }
}
