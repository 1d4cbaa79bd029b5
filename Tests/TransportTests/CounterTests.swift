// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Testing
import Transport

@Suite("counters of messages")
struct CounterTests {
    @Test("the smaller part starts anew after 9997")
    func wraps() {
        var counter = MessageCounter(global: 4, local: 9_996)

        counter.advance()
        #expect(counter == MessageCounter(global: 4, local: 9_997))
        counter.advance()
        #expect(counter == MessageCounter(global: 5, local: 1))
    }

    @Test("a counter is greater when either part says so")
    func order() {
        #expect(MessageCounter(global: 1, local: 9) < MessageCounter(global: 2, local: 1))
        #expect(MessageCounter(global: 1, local: 1) < MessageCounter(global: 1, local: 2))
        #expect(!(MessageCounter(global: 1, local: 2) < MessageCounter(global: 1, local: 2)))
    }

    @Test(
        "a damaged file says nothing",
        arguments: ["", ":", "a:1:", "1:a:", "1", "1:10000:", "-1:2:", "4294967296:1:"]
    )
    func damaged(_ text: String) {
        #expect(MessageCounter(file: text) == nil)
    }

    @Test("after an end in good order, counting goes on where it was")
    func goesOn() throws {
        let folder = try TemporaryFolder()
        let file = CounterFile(path: folder.path + "/sender_counter")
        let first = try SenderCounter(file: file)
        for _ in 0..<5 { _ = first.next() }

        try first.close()

        #expect(try SenderCounter(file: file).next().counter == MessageCounter(local: 6))
    }

    @Test("after a crash no number is used twice")
    func crash() throws {
        let folder = try TemporaryFolder()
        let file = CounterFile(path: folder.path + "/sender_counter")
        var highest = MessageCounter()
        for _ in 0..<3 {
            let counter = try SenderCounter(file: file)
            for _ in 0..<25_000 {
                let (next, wantsReserve) = counter.next()
                #expect(next > highest)
                highest = next
                if wantsReserve { try counter.reserve() }
            }
        }
    }
}
