// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Crypto

/// Gathers what sources say, and writes it as one file to search in.
///
/// The form of the file: docs/spec/advisories.md.
package struct AdvisoryCompiler {
    private var advisories: [[UInt8]] = []
    private var ids: [String: Int] = [:]
    private var packages: [String: [UInt8]] = [:]
    private var ecosystems: [String: Int] = [:]
    private var details: [String: CVEDetail] = [:]
    private var exploited: [String: String] = [:]
    private var likelihoods: [String: Double] = [:]
    private var sources: [AdvisorySource] = []

    package init() {}

    /// Advisories so far.
    package var count: Int { advisories.count }

    /// Adds a record of OSV; one whose id is known already is left out.
    package mutating func add(_ record: OSVRecord) {
        guard ids[record.advisory.id] == nil else { return }
        let index = add(record.advisory)
        for affected in record.affected {
            affect(affected.ecosystem, affected.name, affected.versions, by: index)
        }
    }

    /// The number of an advisory, which is added when it is new.
    mutating func add(_ advisory: Advisory) -> Int {
        let key = advisory.source == "OSV" ? advisory.id : advisory.source + "/" + advisory.id
        if let known = ids[key] { return known }
        ids[key] = advisories.count
        advisories.append(advisory.bytes)
        for cve in advisory.cves.isEmpty ? [advisory.id] : advisory.cves {
            details[cve, default: CVEDetail()].merge(advisory)
        }
        return advisories.count - 1
    }

    mutating func affect(
        _ ecosystem: String,
        _ name: String,
        _ versions: AffectedVersions,
        by advisory: Int
    ) {
        let key = AdvisoryKey.of(ecosystem, name)
        let isNew = packages[key] == nil
        var entry: [UInt8] = []
        entry.append(variable: UInt64(advisory))
        versions.append(to: &entry)
        packages[key, default: []] += entry
        if isNew { ecosystems[AdvisoryKey.ecosystem(ecosystem), default: 0] += 1 }
    }

    /// Says that a CVE is used by attackers, since a date.
    mutating func exploit(_ cve: String, since date: String) { exploited[cve] = date }

    /// Says how likely a CVE is used within a month, from 0 to 1.
    mutating func rate(_ cve: String, likelihood: Double) { likelihoods[cve] = likelihood }

    mutating func add(_ source: AdvisorySource) { sources.append(source) }

    /// Whether anything came of any source.
    package var isEmpty: Bool { sources.isEmpty }

    /// Writes the file in place of the one that is there.
    ///
    /// `time`: seconds since the epoch.
    /// - Throws: ``VulnerabilityError`` `file`
    package func write(to path: String, at time: Int64) throws {
        var body: [UInt8] = []
        let packageIndex = packages.map { key, entries in
            var blob: [UInt8] = []
            blob.append(string: key)
            blob += entries
            return Self.place(key, blob, in: &body)
        }
        let advisoryIndex = advisories.enumerated().map { number, blob in
            Self.place(hash: UInt64(number), blob, in: &body)
        }
        let detailIndex = details.map { cve, detail in
            var detail = detail
            detail.exploitedSince = exploited[cve] ?? ""
            detail.likelihood = likelihoods[cve]
            var blob: [UInt8] = []
            blob.append(string: cve)
            blob += detail.bytes
            return Self.place(cve, blob, in: &body)
        }
        let about = aboutBytes
        let aboutPlace = Self.place(hash: 0, about, in: &body)
        var file = AdvisoryFileHeader.magic
        file.append(little: UInt64(bitPattern: time), count: 8)
        var indexes: [UInt8] = []
        let bodyStart = AdvisoryFileHeader.size
        for index in [packageIndex, advisoryIndex, detailIndex, [aboutPlace]] {
            file.append(little: UInt64(bodyStart + body.count + indexes.count), count: 8)
            file.append(little: UInt64(index.count), count: 8)
            for place in index.sorted(by: { ($0.hash, $0.offset) < ($1.hash, $1.offset) }) {
                indexes.append(little: place.hash, count: 8)
                indexes.append(little: UInt64(bodyStart + place.offset), count: 8)
                indexes.append(little: UInt64(place.count), count: 8)
            }
        }
        file += body
        file += indexes
        file += Array(SHA256.hash(data: file))
        try Files.replace(path, with: file, outliving: .power)
    }

    private typealias Place = (hash: UInt64, offset: Int, count: Int)

    private static func place(_ key: String, _ blob: [UInt8], in body: inout [UInt8]) -> Place {
        place(hash: PathHash.of(key), blob, in: &body)
    }

    private static func place(hash: UInt64, _ blob: [UInt8], in body: inout [UInt8]) -> Place {
        defer { body += blob }
        return (hash, body.count, blob.count)
    }

    private var aboutBytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(variable: UInt64(sources.count))
        for source in sources {
            bytes.append(string: source.name)
            bytes.append(string: source.kind)
            bytes.append(variable: UInt64(max(0, source.records)))
            bytes.append(variable: UInt64(max(0, source.time)))
        }
        bytes.append(variable: UInt64(ecosystems.count))
        for (name, count) in ecosystems.sorted(by: { $0.key < $1.key }) {
            bytes.append(string: name)
            bytes.append(variable: UInt64(count))
        }
        return bytes
    }
}

/// A file of advisories that was read.
package struct AdvisorySource: Sendable, Hashable {
    /// Its name in the folder.
    package let name: String
    /// `osv`, `debian`, `alpine`, `exploited`, `likelihood`.
    package let kind: String
    package let records: Int
    /// When it was written, in seconds since the epoch.
    package let time: Int64
}

enum AdvisoryFileHeader {
    static let magic = Array("JAGAADV1".utf8)
    /// Magic, time, and four times offset and count.
    static let size = 8 + 8 + 4 * 16
    static let checksumSize = 32
}
