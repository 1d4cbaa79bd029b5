// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// A watched source in a snapshot; its hash is made anew from agent and address.
extension Campaign {
    func write(to writer: inout StateWriter) {
        writer.write(Array(agent.id.utf8))
        writer.write(Array(agent.name.utf8))
        writer.write(Array(agent.address.utf8))
        writer.write(location)
        writer.write(address)
        writer.write(trigger.map { Int64($0.rawValue) })
        for number in [first, last, lastArrival] { writer.write(number) }
        for bucket in [attacks, errors, logins, scanner] { writer.write(bucket.level) }
        for number in [
            requests, errorCount, loginCount, answeredAttacks, otherStatuses, sqlmapShapes,
            orderedErrors,
        ] {
            writer.write(number)
        }
        writer.write(attackCounts) { $0.write($1) }
        writer.write(statuses) { writer, status in
            writer.write(status.status)
            writer.write(status.count)
        }
        writer.write(parameters) { $0.write($1) }
        writer.write(paths.sorted()) { $0.write($1) }
        writer.write(examplePaths) { $0.write($1) }
        writer.write(containers) { writer, container in
            writer.write(container.name)
            writer.write(container.requests)
            writer.write(container.attacks.level)
        }
        writer.write(tool != nil)
        if let tool {
            writer.write(Array(tool.name.utf8))
            writer.write(Array(tool.reason.utf8))
        }
        writer.write(lastErrorPath)
    }

    init(_ reader: inout StateReader) throws(StateFault) {
        let agent = AgentIdentity(
            id: try Self.text(&reader),
            name: try Self.text(&reader),
            address: try Self.text(&reader)
        )
        let location = try reader.string()
        let address = try reader.string()
        let trigger = try reader.optionalNumber().flatMap { Trigger(rawValue: Int(clamping: $0)) }
        self.init(
            source: 0,
            address: address,
            agent: agent,
            location: location,
            first: try reader.number(),
            last: try reader.number(),
            lastArrival: try reader.number()
        )
        self.trigger = trigger
        attacks = LeakyBucket(level: try Self.level(&reader))
        errors = LeakyBucket(level: try Self.level(&reader))
        logins = LeakyBucket(level: try Self.level(&reader))
        scanner = LeakyBucket(level: try Self.level(&reader))
        requests = try Self.count(&reader)
        errorCount = try Self.count(&reader)
        loginCount = try Self.count(&reader)
        answeredAttacks = try Self.count(&reader)
        otherStatuses = try Self.count(&reader)
        sqlmapShapes = try Self.count(&reader)
        orderedErrors = try Self.count(&reader)
        try readLists(&reader)
        if try reader.flag() {
            tool = ToolSign(name: try Self.text(&reader), reason: try Self.text(&reader))
        }
        lastErrorPath = try reader.string()
    }

    private mutating func readLists(_ reader: inout StateReader) throws(StateFault) {
        let counts = try reader.list { reader throws(StateFault) in try Self.count(&reader) }
        guard counts.count == attackCounts.count else { throw StateFault() }
        attackCounts = counts
        statuses = try reader.list { reader throws(StateFault) in
            (status: try reader.index(below: 1000), count: try Self.count(&reader))
        }
        parameters = try reader.list { reader throws(StateFault) in try reader.string() }
        paths = Set(try reader.list { reader throws(StateFault) in try reader.unsigned() })
        examplePaths = try reader.list { reader throws(StateFault) in try reader.string() }
        containers = try reader.list { reader throws(StateFault) in
            Touched(
                name: try reader.string(),
                requests: try Self.count(&reader),
                attacks: LeakyBucket(level: try Self.level(&reader))
            )
        }
    }

    private static func text(_ reader: inout StateReader) throws(StateFault) -> String {
        String(decoding: try reader.string(), as: UTF8.self)
    }

    private static func count(_ reader: inout StateReader) throws(StateFault) -> Int {
        try reader.index(below: 1 << 48)
    }

    private static func level(_ reader: inout StateReader) throws(StateFault) -> Int64 {
        Int64(try reader.index(below: 1 << 32))
    }
}
