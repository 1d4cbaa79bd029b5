// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Packages in a database of RPM, of any of its three kinds.
package enum RPMPackages {
    /// - Throws: ``VulnerabilityError`` `damaged-database`.
    package static func read(_ bytes: [UInt8], _ limits: ArchiveLimits) throws
        -> [InstalledPackage]
    {
        guard !bytes.isEmpty else { return [] }
        let blobs: [[UInt8]]
        if let database = SQLiteFile(bytes) {
            blobs = try database.blobs(ofTable: "Packages", limit: limits.packages)
        } else if let database = NDBFile(bytes) {
            blobs = database.blobs(limit: limits.packages)
        } else if let database = BerkeleyHashFile(bytes) {
            blobs = database.blobs(limit: limits.packages)
        } else {
            throw VulnerabilityError(
                .damagedDatabase,
                "the rpm database is of no known kind (sqlite, ndb, Berkeley DB)"
            )
        }
        return blobs.compactMap(package)
    }

    private enum Tag: Int {
        case name = 1000
        case version = 1001
        case release = 1002
        case epoch = 1003
        case architecture = 1022
        case sourcePackage = 1044
    }

    /// A header: two numbers, an index of 16 bytes an entry, then the values.
    ///
    /// Source: RPM 4.20, docs/manual/hregions and "Header Structure" of the LSB 5.0.
    static func package(_ blob: [UInt8]) -> InstalledPackage? {
        guard let count = ByteReader.big(blob, at: 0, count: 4), count <= blob.count / 16 else {
            return nil
        }
        let values = 8 + 16 * count
        var texts: [Tag: String] = [:]
        for entry in 0..<count {
            let at = 8 + 16 * entry
            guard let number = ByteReader.big(blob, at: at, count: 4),
                let tag = Tag(rawValue: number),
                let type = ByteReader.big(blob, at: at + 4, count: 4),
                let offset = ByteReader.big(blob, at: at + 8, count: 4)
            else { continue }
            switch type {
            case 4:
                texts[tag] = ByteReader.big(blob, at: values + offset, count: 4).map(String.init)
            case 6:
                let text = blob.dropFirst(values + offset).prefix { $0 != 0 }
                texts[tag] = String(decoding: text.prefix(1024), as: UTF8.self)
            default: break
            }
        }
        return package(texts)
    }

    private static func package(_ texts: [Tag: String]) -> InstalledPackage? {
        guard let name = texts[.name], let version = texts[.version],
            let release = texts[.release], name != "gpg-pubkey"
        else { return nil }
        let epoch = texts[.epoch].map { $0 == "0" ? "" : $0 + ":" } ?? ""
        var package = InstalledPackage(.rpm, name, "\(epoch)\(version)-\(release)")
        package.architecture = texts[.architecture] ?? ""
        // `bash-5.1.8-9.el9.src.rpm`
        if let source = texts[.sourcePackage] {
            let parts = source.split(separator: "-")
            if parts.count >= 3 { package.sourceName = parts.dropLast(2).joined(separator: "-") }
        }
        return package
    }
}
