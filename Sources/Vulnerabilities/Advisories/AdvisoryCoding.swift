// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension Advisory {
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for text in [id, summary, vector, published, modified, reference, source] {
            bytes.append(string: text)
        }
        bytes.append(severity.rawValue)
        bytes.append(CVEDetail.tenths(score))
        for list in [cves, weaknesses] {
            bytes.append(variable: UInt64(list.count))
            for text in list { bytes.append(string: text) }
        }
        return bytes
    }

    init?(_ bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        var texts: [String] = []
        for _ in 0..<7 {
            guard let text = reader.string() else { return nil }
            texts.append(text)
        }
        self.init(id: texts[0], source: texts[6])
        summary = texts[1]
        vector = texts[2]
        published = texts[3]
        modified = texts[4]
        reference = texts[5]
        guard let rank = reader.byte(), let tenths = reader.byte() else { return nil }
        severity = Severity(rawValue: rank) ?? .unknown
        score = tenths == 0 ? nil : Double(tenths - 1) / 10
        guard let cves = reader.strings(), let weaknesses = reader.strings() else { return nil }
        self.cves = cves
        self.weaknesses = weaknesses
    }
}

/// What all advisories together say of a CVE.
struct CVEDetail {
    var severity = Severity.unknown
    var score: Double?
    var vector = ""
    var summary = ""
    var published = ""
    /// A date; empty when it is not known to be used.
    var exploitedSince = ""
    /// From 0 to 1.
    var likelihood: Double?

    init() {}

    /// Takes what is not known yet, and the higher score.
    mutating func merge(_ advisory: Advisory) {
        if summary.isEmpty { summary = advisory.summary }
        if published.isEmpty { published = advisory.published }
        // An advisory about several says nothing of each.
        guard advisory.cves.count <= 1 else { return }
        severity = max(severity, advisory.severity)
        if let theirs = advisory.score, theirs > score ?? -1 {
            score = theirs
            vector = advisory.vector
        }
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for text in [vector, summary, published, exploitedSince] { bytes.append(string: text) }
        bytes.append(severity.rawValue)
        bytes.append(Self.tenths(score))
        let millionths = likelihood.map { UInt64(max(0, min(1, $0)) * 1_000_000) + 1 }
        bytes.append(variable: millionths ?? 0)
        return bytes
    }

    init?(_ reader: inout ByteReader) {
        guard let vector = reader.string(), let summary = reader.string(),
            let published = reader.string(), let exploitedSince = reader.string(),
            let rank = reader.byte(), let tenths = reader.byte(), let millionths = reader.count()
        else { return nil }
        self.vector = vector
        self.summary = summary
        self.published = published
        self.exploitedSince = exploitedSince
        severity = Severity(rawValue: rank) ?? .unknown
        score = tenths == 0 ? nil : Double(tenths - 1) / 10
        likelihood = millionths == 0 ? nil : Double(millionths - 1) / 1_000_000
    }

    /// 0 for none, else a tenth more than tenths.
    static func tenths(_ score: Double?) -> UInt8 {
        guard let score, score >= 0, score <= 10 else { return 0 }
        return UInt8((score * 10).rounded()) + 1
    }
}

extension AffectedVersions {
    func append(to bytes: inout [UInt8]) {
        bytes.append(severity.rawValue)
        bytes.append(variable: UInt64(ranges.count))
        for events in ranges {
            bytes.append(variable: UInt64(events.count))
            for event in events {
                switch event {
                case .introduced(let version):
                    bytes.append(0)
                    bytes.append(string: version)
                case .fixed(let version):
                    bytes.append(1)
                    bytes.append(string: version)
                case .lastAffected(let version):
                    bytes.append(2)
                    bytes.append(string: version)
                }
            }
        }
        bytes.append(variable: UInt64(versions.count))
        for version in versions { bytes.append(string: version) }
    }

    init?(_ reader: inout ByteReader) {
        guard let rank = reader.byte(), let rangeCount = reader.count() else { return nil }
        severity = Severity(rawValue: rank) ?? .unknown
        for _ in 0..<rangeCount {
            guard let eventCount = reader.count() else { return nil }
            var events: [Event] = []
            for _ in 0..<eventCount {
                guard let kind = reader.byte(), let version = reader.string() else { return nil }
                switch kind {
                case 0: events.append(.introduced(version))
                case 1: events.append(.fixed(version))
                default: events.append(.lastAffected(version))
                }
            }
            ranges.append(events)
        }
        guard let versions = reader.strings() else { return nil }
        self.versions = versions
    }
}

extension ByteReader {
    /// The next byte; nil at the end.
    mutating func byte() -> UInt8? {
        guard index < bytes.count else { return nil }
        defer { index += 1 }
        return bytes[index]
    }

    /// The next list of strings: their number, then each.
    mutating func strings() -> [String]? {
        guard let count = count() else { return nil }
        var strings: [String] = []
        for _ in 0..<count {
            guard let string = string() else { return nil }
            strings.append(string)
        }
        return strings
    }
}
