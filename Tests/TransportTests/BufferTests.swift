// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Testing
import Transport

/// The pace of `<client_buffer>`, and what an agent says of it.
@Suite("events faster than they may go")
struct BufferTests {
    @Test("events go evenly, with a tenth of a second's worth at once")
    func pace() {
        var pace = EventPace(perSecond: 100)

        let atOnce = (0..<20).map { _ in pace.wait(at: 5_000_000_000) }

        // Ten that were due in the last tenth of a second, one for now.
        #expect(atOnce.prefix(11).allSatisfy { $0 == 0 })
        #expect(atOnce[11] == 10_000_000)
        #expect(pace.wait(at: 5_009_999_999) == 1)
        #expect(pace.wait(at: 5_010_000_000) == 0)
        #expect(pace.wait(at: 5_010_000_000) == 10_000_000)
    }

    @Test("without a limit nothing waits")
    func unlimited() {
        var pace = EventPace(perSecond: 0)

        #expect((0..<1_000).allSatisfy { _ in pace.wait(at: 1) == 0 })
    }

    @Test("a buffer that fills is told of at each step, once")
    func alarm() {
        var alarm = BufferAlarm(size: 100)
        let second: Int64 = 1_000_000_000

        #expect(alarm.update(waiting: 89, uptime: 0) == nil)
        #expect(alarm.update(waiting: 90, uptime: 0) == "wazuh: Agent buffer: '90%'.")
        #expect(alarm.update(waiting: 99, uptime: 0) == nil)
        #expect(alarm.update(waiting: 100, uptime: second) == "wazuh: Agent buffer: 'full'.")
        #expect(alarm.update(waiting: 500, uptime: 15 * second) == nil)
        #expect(
            alarm.update(waiting: 500, uptime: 16 * second) == "wazuh: Agent buffer: 'flooded'."
        )
        #expect(alarm.update(waiting: 71, uptime: 17 * second) == nil)
        #expect(alarm.update(waiting: 70, uptime: 18 * second) == "wazuh: Agent buffer: 'normal'.")
        #expect(alarm.update(waiting: 0, uptime: 19 * second) == nil)
        #expect(alarm.update(waiting: .max, uptime: 20 * second) == "wazuh: Agent buffer: 'full'.")
    }
}
