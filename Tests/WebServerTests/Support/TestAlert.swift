// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Alerts as they stand in `alerts.json`.
enum TestAlert {
    /// One alert; `extra` are further members of `data`.
    static func json(
        _ number: Int,
        level: Int = 5,
        container: String? = nil,
        log: String = "line",
        extra: String = ""
    ) -> String {
        let second = number % 60
        let stamp = "2026-11-26T23:59:" + (second < 10 ? "0" : "") + "\(second).000+0000"
        let place = container.map {
            #""container":{"id":"\#($0)","name":"web-\#($0)","image":"nginx","#
                + #""image_id":"sha256:1","labels":{"com.example.team":"blue"}}"#
        }
        let data = [place, extra.isEmpty ? nil : extra].compactMap(\.self).joined(separator: ",")
        return
            #"{"timestamp":"\#(stamp)","rule":{"level":\#(level),"description":"Rule \#(number)","#
            + #""id":"\#(100 + number)","groups":["web","attack"]},"agent":{"id":"000","#
            + #""name":"box"},"manager":{"name":"box"},"id":"1.\#(number)","full_log":"\#(log)","#
            + #""decoder":{},"data":{\#(data)},"location":"docker:web"}"#
    }

    /// The time of an alert of that number, in milliseconds.
    static func time(_ number: Int) -> Int64 {
        ServerFixture.start - 60_000 + Int64(number % 60) * 1000
    }
}

extension MemoryIndex {
    /// Adds alerts of these numbers.
    func add(_ numbers: ClosedRange<Int>, level: Int = 5, container: String? = nil) {
        for number in numbers {
            add(
                TestAlert.json(number, level: level, container: container),
                time: TestAlert.time(number)
            )
        }
    }
}
