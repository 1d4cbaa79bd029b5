// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A snapshot's bytes: `JAGA-STATE`, one byte of version, the checksum of the rest
/// in eight bytes (FNV-1a, little-endian), then the parts of ``EngineState`` in the
/// order of ``encoded()``. Another version is refused, not converted: what is lost
/// is a few minutes of counting.
extension EngineState {
    private static let magic = Array("JAGA-STATE".utf8)
    private static let version: UInt8 = 3
    private static let headerCount = magic.count + 1 + 8

    /// The snapshot's bytes.
    func encoded() -> [UInt8] {
        var writer = StateWriter()
        writer.write(rules) { writer, rule in
            writer.write(rule.id)
            writer.write(rule.fingerprint)
            writer.write(rule.firedCount)
            writer.write(rule.silentSince)
        }
        writer.write(agents) { $0.write($1) }
        writer.write(slots) { $0.write($1) }
        writer.write(events) { Self.write($1, to: &$0) }
        writer.write(firstTimeKeys) { $0.write($1) }
        writer.write(recentKeys) { $0.write($1) }
        writer.write(outputs) { writer, output in
            writer.write(output.rule)
            writer.write(output.hostname)
            writer.write(output.output)
        }
        writer.write(sessions) { writer, session in
            writer.write(session.key)
            writer.write(session.time)
            writer.write(session.values) { $0.write($1) }
        }
        writer.write(hour)
        writer.write(sigmaSeed)
        writer.write(sigmaGroups) { writer, group in
            writer.write(group.rule)
            writer.write(group.key)
            writer.write(group.last)
            writer.write(group.times) { $0.write($1) }
            writer.write(group.values) { writer, value in
                writer.write(value.hash)
                writer.write(value.seen)
            }
        }
        writer.write(campaigns) { $1.write(to: &$0) }
        writer.write(layouts) { writer, layout in
            writer.write(layout.location)
            writer.write(layout.line)
        }
        var bytes = Self.magic + [Self.version]
        var sum = Self.checksum(writer.bytes[...])
        for _ in 0..<8 {
            bytes.append(UInt8(truncatingIfNeeded: sum))
            sum >>= 8
        }
        return bytes + writer.bytes
    }

    private static func write(_ event: Event, to writer: inout StateWriter) {
        writer.write(event.rule)
        writer.write(event.agent)
        writer.write(event.arrival)
        writer.write(Int(event.category))
        writer.write(event.claimedLevel)
        writer.write(event.hasFields)
        writer.write(event.isKept)
        writer.write(event.bytes)
        writer.write(event.textCount)
        writer.write(event.log.lowerBound)
        writer.write(event.log.upperBound)
        for value in event.values {
            writer.write(value.map { Int64($0.lowerBound) })
            if let value { writer.write(value.upperBound) }
        }
    }

    /// Why bytes are no snapshot that can be used.
    enum Refusal: Error {
        case notASnapshot
        case otherVersion
        case damaged
    }

    /// Reads a snapshot's bytes.
    init(decoding bytes: [UInt8]) throws(Refusal) {
        guard bytes.count >= Self.headerCount, bytes.starts(with: Self.magic) else {
            throw .notASnapshot
        }
        guard bytes[Self.magic.count] == Self.version else { throw .otherVersion }
        var sum: UInt64 = 0
        for place in 0..<8 {
            sum |= UInt64(bytes[Self.magic.count + 1 + place]) << (8 * place)
        }
        guard sum == Self.checksum(bytes[Self.headerCount...]) else { throw .damaged }
        var reader = StateReader(bytes, from: Self.headerCount)
        do throws(StateFault) {
            try read(&reader)
        } catch {
            throw .damaged
        }
    }

    private mutating func read(_ reader: inout StateReader) throws(StateFault) {
        rules = try reader.list { reader throws(StateFault) in
            RuleState(
                id: try reader.index(below: 1_000_000),
                fingerprint: try reader.unsigned(),
                firedCount: try reader.index(below: .max),
                silentSince: try reader.optionalNumber()
            )
        }
        agents = try reader.list { reader throws(StateFault) in try reader.string() }
        slots = try reader.list { reader throws(StateFault) in try reader.string() }
        let counts = (rules: rules.count, agents: agents.count, slots: slots.count)
        events = try reader.list { reader throws(StateFault) in
            try Self.event(&reader, counts)
        }
        firstTimeKeys = try reader.list { reader throws(StateFault) in try reader.string() }
        recentKeys = try reader.list { reader throws(StateFault) in try reader.string() }
        outputs = try reader.list { reader throws(StateFault) in
            Output(
                rule: try reader.index(below: counts.rules),
                hostname: try reader.string(),
                output: try reader.string()
            )
        }
        sessions = try reader.list { reader throws(StateFault) in
            Session(
                key: try reader.string(),
                time: try reader.number(),
                values: try reader.list { reader throws(StateFault) in try reader.string() }
            )
        }
        hour = try reader.optionalNumber()
        sigmaSeed = try reader.unsigned()
        sigmaGroups = try reader.list { reader throws(StateFault) in
            SigmaGroup(
                rule: try reader.index(below: counts.rules),
                key: try reader.unsigned(),
                last: try reader.number(),
                times: try reader.list { reader throws(StateFault) in try reader.number() },
                values: try reader.list { reader throws(StateFault) in
                    (hash: try reader.unsigned(), seen: try reader.number())
                }
            )
        }
        campaigns = try reader.list { reader throws(StateFault) in try Campaign(&reader) }
        layouts = try reader.list { reader throws(StateFault) in
            (location: try reader.string(), line: try reader.string())
        }
        guard reader.isAtEnd else { throw StateFault() }
    }

    private static func event(
        _ reader: inout StateReader,
        _ counts: (rules: Int, agents: Int, slots: Int)
    ) throws(StateFault) -> Event {
        let rule = try reader.index(below: counts.rules)
        let agent = try reader.index(below: counts.agents)
        let arrival = try reader.number()
        let category = UInt8(try reader.index(below: 256))
        let claimedLevel = try reader.index(below: 100)
        let hasFields = try reader.flag()
        let isKept = try reader.flag()
        let bytes = try reader.string()
        let textCount = try reader.index(below: bytes.count + 1)
        let logStart = try reader.index(below: bytes.count + 1)
        let logEnd = try reader.index(below: bytes.count + 1)
        guard logStart <= logEnd else { throw StateFault() }
        var values: [Range<Int>?] = []
        for _ in 0..<counts.slots {
            guard let start = try reader.optionalNumber() else {
                values.append(nil)
                continue
            }
            let end = try reader.index(below: bytes.count + 1)
            guard start >= 0, start <= Int64(end) else { throw StateFault() }
            values.append(Int(start)..<end)
        }
        return Event(
            rule: rule,
            agent: agent,
            arrival: arrival,
            category: category,
            claimedLevel: claimedLevel,
            hasFields: hasFields,
            isKept: isKept,
            bytes: bytes,
            textCount: textCount,
            log: logStart..<logEnd,
            values: values
        )
    }

    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        var value: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return value
    }
}
