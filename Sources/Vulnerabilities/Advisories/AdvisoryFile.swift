// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Crypto

/// The compiled advisories, read in pieces: only indexes' and packages' parts that
/// are asked for come into memory.
///
/// The form of the file: docs/spec/advisories.md.
package final class AdvisoryFile: Sendable {
    /// When it was compiled, in seconds since the epoch.
    package let time: Int64
    /// The files that it was compiled from.
    package let sources: [AdvisorySource]
    /// Packages that are known, by ecosystem.
    package let ecosystems: [String: Int]
    private let file: ReadableFile
    private let packages: Section
    private let advisories: Section
    private let details: Section

    private struct Section: Sendable {
        let offset: Int
        let count: Int
    }

    private static let entrySize = 24
    private static let blobLimit = 64 << 20

    /// Opens the file and checks its sum.
    ///
    /// - Throws: ``VulnerabilityError`` `no-advisories` when there is none;
    ///   `damaged-advisories` when it is not as it was written.
    package init(path: String) throws {
        guard Files.modified(path) != nil else {
            throw VulnerabilityError(
                .noAdvisories,
                "there are no advisories in \(path): bring some with jaga scan update"
            )
        }
        file = try ReadableFile(path)
        let header = try file.bytes(at: 0, count: AdvisoryFileHeader.size)
        guard header.count == AdvisoryFileHeader.size,
            header.starts(with: AdvisoryFileHeader.magic),
            let time = ByteReader.little(header, at: 8, count: 8)
        else { throw Self.damaged(path, "it is of another kind") }
        self.time = Int64(time)
        try Self.checkSum(file)
        var sections: [Section] = []
        for index in 0..<4 {
            guard let offset = ByteReader.little(header, at: 16 + 16 * index, count: 8),
                let count = ByteReader.little(header, at: 24 + 16 * index, count: 8),
                offset <= file.size, count <= (file.size - offset) / Self.entrySize
            else { throw Self.damaged(path, "an index is not within it") }
            sections.append(Section(offset: offset, count: count))
        }
        packages = sections[0]
        advisories = sections[1]
        details = sections[2]
        guard let about = try Self.blob(0, of: sections[3], in: file),
            let (sources, ecosystems) = Self.about(about.bytes)
        else { throw Self.damaged(path, "it does not say what it holds") }
        self.sources = sources
        self.ecosystems = ecosystems
    }

    private static func damaged(_ path: String, _ what: String) -> VulnerabilityError {
        VulnerabilityError(
            .damagedAdvisories,
            "the advisories in \(path) cannot be used: \(what); make them anew with jaga scan update"
        )
    }

    private static func checkSum(_ file: ReadableFile) throws {
        let end = file.size - AdvisoryFileHeader.checksumSize
        guard end >= AdvisoryFileHeader.size else { throw damaged(file.path, "it is cut off") }
        var hash = SHA256()
        var offset = 0
        while offset < end {
            let piece = try file.bytes(at: offset, count: min(256 << 10, end - offset))
            guard !piece.isEmpty else { throw damaged(file.path, "it is cut off") }
            hash.update(data: piece)
            offset += piece.count
        }
        let sum = try file.bytes(at: end, count: AdvisoryFileHeader.checksumSize)
        guard sum.elementsEqual(hash.finalize()) else {
            throw damaged(file.path, "its checksum is wrong")
        }
    }

    private static func about(_ bytes: [UInt8]) -> ([AdvisorySource], [String: Int])? {
        var reader = ByteReader(bytes)
        guard let sourceCount = reader.count() else { return nil }
        var sources: [AdvisorySource] = []
        for _ in 0..<sourceCount {
            guard let name = reader.string(), let kind = reader.string(),
                let records = reader.count(), let time = reader.count()
            else { return nil }
            sources.append(
                AdvisorySource(name: name, kind: kind, records: records, time: Int64(time))
            )
        }
        guard let count = reader.count() else { return nil }
        var ecosystems: [String: Int] = [:]
        for _ in 0..<count {
            guard let name = reader.string(), let packages = reader.count() else { return nil }
            ecosystems[name] = packages
        }
        return (sources, ecosystems)
    }

    /// Whether anything is known of an ecosystem.
    package func covers(_ ecosystem: String) -> Bool {
        ecosystems[AdvisoryKey.ecosystem(ecosystem)] != nil
    }

    /// The advisories about a package, with the versions that have each.
    ///
    /// - Throws: ``VulnerabilityError``
    func affecting(_ ecosystem: String, _ name: String) throws -> [(Int, AffectedVersions)] {
        let key = AdvisoryKey.of(ecosystem, name)
        guard var reader = try blob(key, of: packages) else { return [] }
        var found: [(Int, AffectedVersions)] = []
        while !reader.isAtEnd {
            guard let number = reader.count(), let versions = AffectedVersions(&reader) else {
                throw Self.damaged(file.path, "the entry of \(name) is wrong")
            }
            found.append((number, versions))
        }
        return found
    }

    /// An advisory, by its number; nil when there is none.
    func advisory(_ number: Int) throws -> Advisory? {
        guard number >= 0, number < advisories.count,
            let reader = try Self.blob(number, of: advisories, in: file)
        else { return nil }
        return Advisory(reader.bytes)
    }

    /// What is known of a CVE.
    func detail(_ cve: String) throws -> CVEDetail? {
        guard var reader = try blob(cve, of: details) else { return nil }
        return CVEDetail(&reader)
    }

    /// What is kept under a key, behind the key; nil when there is nothing.
    private func blob(_ key: String, of section: Section) throws -> ByteReader? {
        let wanted = PathHash.of(key)
        var low = 0
        var high = section.count
        while low < high {
            let middle = (low + high) / 2
            guard let hash = try hash(middle, of: section) else { return nil }
            if hash < wanted { low = middle + 1 } else { high = middle }
        }
        // Keys of the same hash lie side by side.
        while low < section.count, try hash(low, of: section) == wanted {
            guard var reader = try Self.blob(low, of: section, in: file) else { return nil }
            if reader.string() == key { return reader }
            low += 1
        }
        return nil
    }

    private func hash(_ index: Int, of section: Section) throws -> UInt64? {
        let offset = section.offset + index * Self.entrySize
        let bytes = try file.bytes(at: offset, count: 8)
        guard bytes.count == 8 else { return nil }
        return bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func blob(_ index: Int, of section: Section, in file: ReadableFile) throws
        -> ByteReader?
    {
        let entry = try file.bytes(at: section.offset + index * entrySize, count: entrySize)
        guard let offset = ByteReader.little(entry, at: 8, count: 8),
            let count = ByteReader.little(entry, at: 16, count: 8), count <= blobLimit
        else { return nil }
        let bytes = try file.bytes(at: offset, count: count)
        return bytes.count == count ? ByteReader(bytes) : nil
    }
}
