// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Gives Sigma rules numbers, the same ones each time.
///
/// A number comes from the rule's `id`, or its title when it has none. Where two
/// rules have the same one, that with the smaller `id` keeps it and the other
/// takes the next of its own row, so that the order of files does not matter.
struct SigmaRuleIDs {
    /// The numbers that are given; XML rules may have some of them.
    static let range = 900_000...999_999

    private var taken: [Int: SourceLocation]

    /// `taken` are the numbers of other rules.
    init(taken: [Int: SourceLocation]) {
        self.taken = taken
    }

    /// The number of each rule, in their order; nil for one that fixes a number
    /// which another rule has, which is reported.
    mutating func numbers(of headers: [SigmaHeader], _ log: inout DiagnosticLog) -> [Int?] {
        var numbers = [Int?](repeating: nil, count: headers.count)
        for (index, header) in headers.enumerated() {
            guard let fixed = header.fixedID else { continue }
            numbers[index] = fix(fixed, header, &log)
        }
        let rest = headers.indices.filter { headers[$0].fixedID == nil }
        for index in rest.sorted(by: { Self.key(headers[$0]) < Self.key(headers[$1]) }) {
            numbers[index] = derive(headers[index], &log)
        }
        return numbers
    }

    private static func key(_ header: SigmaHeader) -> String {
        header.identity ?? "title " + header.title
    }

    private mutating func fix(_ id: Int, _ header: SigmaHeader, _ log: inout DiagnosticLog) -> Int?
    {
        if let other = taken[id] {
            log.error(
                .duplicateRule,
                at: header.fixedIDLocation,
                "the id \(id) is taken",
                hint: "by \(other.file) line \(other.line)"
            )
            return nil
        }
        taken[id] = header.location
        return id
    }

    private mutating func derive(_ header: SigmaHeader, _ log: inout DiagnosticLog) -> Int? {
        let key = Self.key(header)
        let wanted = Self.number(of: key, attempt: 0)
        for attempt in 0..<Self.range.count {
            let id = Self.number(of: key, attempt: attempt)
            guard taken[id] == nil else { continue }
            taken[id] = header.location
            if attempt > 0 {
                log.note(
                    .duplicateRule,
                    at: header.location,
                    "the number \(wanted) is taken, so the rule has \(id)",
                    hint: "jaga: {id: \(id)} in the rule fixes it"
                )
            }
            return id
        }
        log.error(.duplicateRule, at: header.location, "there is no number left for the rule")
        return nil
    }

    /// FNV-1a over 64 bits, offline the same as here.
    private static func number(of key: String, attempt: Int) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in key.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let place = (hash % UInt64(range.count)) &+ UInt64(attempt)
        return range.lowerBound + Int(place % UInt64(range.count))
    }
}
