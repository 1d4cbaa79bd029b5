// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Crypto

/// Advisories as they are published, in a folder, or one such file: each is known by
/// what it holds.
///
/// `*.zip` of OSV records, `*.json` of one OSV record or a list of them, Debian's
/// tracker, Alpine's secdb or CISA's catalogue, `*.csv` of EPSS; also with `.gz`.
package struct AdvisoryFolder: Sendable {
    /// How a compilation went.
    package struct Outcome: Sendable {
        package var sources: [AdvisorySource] = []
        /// What could not be used, and why.
        package var problems: [String] = []
    }

    /// Bytes of a file that is read whole: Debian's tracker has some 70 million.
    private static let fileLimit = 512 << 20
    private static let recordLimit = 16 << 20
    private static let depthLimit = 6
    private static let problemLimit = 20

    private let path: String

    package init(path: String) {
        self.path = path
    }

    /// Reads all files into the compiler, in the order of their names.
    ///
    /// `progress`: told the file that is read.
    /// - Throws: ``VulnerabilityError`` `file` when nothing is there.
    package func read(
        into compiler: inout AdvisoryCompiler,
        progress: (String) -> Void
    ) throws -> Outcome {
        let isFolder = Files.isFolder(path)
        guard isFolder || Files.modified(path) != nil else {
            throw VulnerabilityError(
                .file,
                "\(path) is not there or cannot be read; name a folder with advisories"
            )
        }
        var outcome = Outcome()
        var records = 0
        var newest: Int64 = 0
        for file in isFolder ? Self.files(in: path, depth: 0) : [path] {
            progress(file)
            if file.hasSuffix(".sha256") { continue }
            let time = Files.modified(file) ?? 0
            let name = String(
                (isFolder ? file.dropFirst(path.count) : file[...]).drop { $0 == "/" }
            )
            do {
                try Self.checkSum(of: file)
                guard let found = try read(file, into: &compiler) else { continue }
                if found.kind == "record" {
                    records += 1
                    newest = max(newest, time)
                    continue
                }
                let source = AdvisorySource(
                    name: name,
                    kind: found.kind,
                    records: found.count,
                    time: time
                )
                compiler.add(source)
                outcome.sources.append(source)
            } catch {
                if outcome.problems.count < Self.problemLimit {
                    outcome.problems.append("\(name): \(error)")
                }
            }
        }
        if records > 0 {
            let source = AdvisorySource(
                name: "records",
                kind: "osv",
                records: records,
                time: newest
            )
            compiler.add(source)
            outcome.sources.append(source)
        }
        return outcome
    }

    /// Holds a file to the sum in `FILE.sha256` beside it, where there is one.
    private static func checkSum(of file: String) throws {
        let sumFile = file + ".sha256"
        guard Files.modified(sumFile) != nil else { return }
        let text = String(decoding: try Files.contents(of: sumFile, limit: 4096), as: UTF8.self)
        let readable = try ReadableFile(file)
        var hash = SHA256()
        var offset = 0
        while offset < readable.size {
            let piece = try readable.bytes(at: offset, count: 1 << 20)
            guard !piece.isEmpty else { break }
            hash.update(data: piece)
            offset += piece.count
        }
        let sum = hash.finalize().map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
        guard text.lowercased().split(whereSeparator: \.isWhitespace).first.map(String.init) == sum
        else {
            throw VulnerabilityError(
                .damagedAdvisories,
                "it does not have the sum of \(sumFile); fetch both again"
            )
        }
    }

    private static func files(in folder: String, depth: Int) -> [String] {
        guard depth < depthLimit else { return [] }
        return Files.names(in: folder).filter { !$0.hasPrefix(".") }.flatMap { name in
            let path = folder + "/" + name
            return Files.isFolder(path) ? files(in: path, depth: depth + 1) : [path]
        }
    }

    private typealias Found = (kind: String, count: Int)

    /// Nil for a file of another kind.
    private func read(_ file: String, into compiler: inout AdvisoryCompiler) throws -> Found? {
        if file.hasSuffix(".zip") { return ("osv", try readZip(file, into: &compiler)) }
        var name = file[...]
        let isPacked = name.hasSuffix(".gz")
        if isPacked { name = name.dropLast(3) }
        guard name.hasSuffix(".json") || name.hasSuffix(".csv") else { return nil }
        var bytes = try Files.contents(of: file, limit: Self.fileLimit)
        if isPacked {
            guard let unpacked = Inflater.inflate(bytes[...], .gzip, limit: Self.fileLimit) else {
                throw VulnerabilityError(
                    .damagedAdvisories,
                    "it is not gzip data, or unpacks to too much"
                )
            }
            bytes = unpacked
        }
        if name.hasSuffix(".csv") {
            return ("likelihood", ExploitSources.readLikelihoods(bytes, into: &compiler))
        }
        return try Self.readJSON(bytes, into: &compiler)
    }

    /// Reads a JSON text of any of the known kinds.
    package static func readJSON(_ bytes: [UInt8], into compiler: inout AdvisoryCompiler) throws
        -> (kind: String, count: Int)
    {
        // Debian's file is too large for a tree of all of it.
        if bytes.count > recordLimit || looksLikeTracker(bytes) {
            return ("debian", try DebianTracker.read(bytes, into: &compiler))
        }
        guard let node = JSONNode(bytes) else {
            throw VulnerabilityError(.damagedAdvisories, "it is not json")
        }
        if case .array(let elements) = node {
            let records = elements.compactMap(OSVRecord.init)
            for record in records { compiler.add(record) }
            return ("osv", records.count)
        }
        if node["affected"] != nil {
            if let record = OSVRecord(node) { compiler.add(record) }
            return ("record", 1)
        }
        if node["packages"] != nil, node["distroversion"] != nil {
            return ("alpine", AlpineDatabase.read(node, into: &compiler))
        }
        if node["vulnerabilities"]?.elements.first?["cveID"] != nil {
            return ("exploited", ExploitSources.readCatalogue(node, into: &compiler))
        }
        throw VulnerabilityError(
            .damagedAdvisories,
            "it is none of: osv, debian's tracker, alpine's secdb, cisa's catalogue"
        )
    }

    /// Whether the first package's first member is a CVE or a temporary name.
    private static func looksLikeTracker(_ bytes: [UInt8]) -> Bool {
        let head = String(decoding: bytes.prefix(512), as: UTF8.self)
        let names = head.split(separator: "\"", omittingEmptySubsequences: false)
        guard names.count > 4, names[0].trimming(\.isWhitespace) == "{" else { return false }
        return names[2].contains("{") && (names[3].hasPrefix("CVE-") || names[3].hasPrefix("TEMP-"))
    }

    private func readZip(_ path: String, into compiler: inout AdvisoryCompiler) throws -> Int {
        let file = try ReadableFile(path)
        let zip = try ZipArchive(size: file.size, memberLimit: 2_000_000) { offset, count in
            try file.bytes(at: offset, count: count)
        }
        var count = 0
        for member in zip.members where member.name.hasSuffix(".json") {
            guard let bytes = try zip.contents(of: member, limit: Self.recordLimit),
                let record = JSONNode(bytes).flatMap(OSVRecord.init)
            else { continue }
            compiler.add(record)
            count += 1
        }
        guard count > 0 else {
            throw VulnerabilityError(.damagedAdvisories, "it holds no record of osv")
        }
        return count
    }
}

extension Substring {
    fileprivate func trimming(_ isUnwanted: (Character) -> Bool) -> String {
        String(self).trimming(isUnwanted)
    }
}
