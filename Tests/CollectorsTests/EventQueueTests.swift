// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Testing

@Suite("The queue of events", .timeLimit(.minutes(1)))
struct EventQueueTests {
    private static let source = EventSource(
        agent: AgentIdentity(id: "000", name: ""),
        location: "x"
    )

    private func delivery(_ texts: String...) -> Delivery {
        var batch = EventBatch()
        for text in texts {
            batch.append(Array(text.utf8), from: Self.source, at: Timestamp(nanoseconds: 0))
        }
        return Delivery(batch: batch, checkpoint: nil)
    }

    private func text(_ delivery: Delivery?) -> String? {
        delivery.map { String(decoding: $0.batch.bytes, as: UTF8.self) }
    }

    @Test("deliveries come out in order, and after closing the rest, then nil")
    func order() {
        let queue = EventQueue()

        #expect(queue.pushBlocking(delivery("a")))
        #expect(queue.pushBlocking(delivery("b", "c")))
        queue.close()

        #expect(!queue.pushBlocking(delivery("d")))
        #expect(text(queue.pop()) == "a")
        #expect(text(queue.pop()) == "bc")
        #expect(queue.pop() == nil)
    }

    @Test("depth and high water count events and bytes")
    func depth() {
        let queue = EventQueue()
        _ = queue.pushBlocking(delivery("abc", "de"))
        _ = queue.pushBlocking(delivery("f"))
        _ = queue.pop()

        #expect(queue.depth.deliveries == 1)
        #expect(queue.depth.events == 1)
        #expect(queue.depth.bytes == 1)
        #expect(queue.depth.highestEvents == 3)
        #expect(queue.depth.highestBytes == 6)
    }

    @Test("nil comes when nothing came in time")
    func timeOut() {
        #expect(EventQueue().pop(within: .milliseconds(1)) == nil)
    }

    @Test("a delivery above the limits passes alone")
    func oversized() {
        let queue = EventQueue(limits: EventQueue.Limits(bytes: 2, events: 1))

        #expect(queue.pushBlocking(delivery("large", "one")))
    }

    @Test("a task that finds no room goes on when there is some")
    func suspendedPush() async {
        let queue = EventQueue(limits: EventQueue.Limits(bytes: 4, events: 10))
        _ = await queue.push(delivery("full"))

        async let isPushed = queue.push(delivery("more"))
        while queue.pop(within: .milliseconds(1)).map({ text($0) == "full" }) != true {
            await Task.yield()
        }

        #expect(await isPushed)
        #expect(text(queue.pop()) == "more")
    }

    @Test("a cancelled task stops waiting, and what it brought is not taken")
    func cancelledPush() async {
        let queue = EventQueue(limits: EventQueue.Limits(bytes: 4, events: 10))
        _ = await queue.push(delivery("full"))
        let more = delivery("more")
        let task = Task { await queue.push(more) }

        task.cancel()

        #expect(await !task.value)
        #expect(queue.depth.deliveries == 1)
    }

    @Test("closing lets waiting tasks go")
    func closedPush() async {
        let queue = EventQueue(limits: EventQueue.Limits(bytes: 4, events: 10))
        _ = await queue.push(delivery("full"))
        let more = delivery("more")
        let task = Task { await queue.push(more) }

        queue.close()

        #expect(await !task.value)
    }

    @Test("a group is all that waits, up to a number of bytes, and one delivery at least")
    func groups() {
        let queue = EventQueue()
        for text in ["abc", "de", "fghi", "j"] { _ = queue.pushBlocking(delivery(text)) }
        queue.close()

        #expect(queue.popGroup(bytes: 5)?.map { text($0) } == ["abc", "de"])
        #expect(queue.popGroup(bytes: 1)?.map { text($0) } == ["fghi"])
        #expect(queue.popGroup(bytes: 100)?.map { text($0) } == ["j"])
        #expect(queue.popGroup(bytes: 100) == nil)
        #expect(queue.depth.bytes == 0)
    }

    @Test("Docker's events have a reserve, pass those that wait, and wait when it is used up")
    func reserve() async {
        var limits = EventQueue.Limits(bytes: 4, events: 10)
        limits.reserveBytes = 6
        let queue = EventQueue(limits: limits)
        let docker = EventSource(
            agent: AgentIdentity(id: "000", name: ""),
            location: "Wazuh-Docker"
        )
        func event(_ text: String) -> Delivery {
            var batch = EventBatch()
            batch.append(Array(text.utf8), from: docker, at: Timestamp(nanoseconds: 0))
            return Delivery(batch: batch, checkpoint: nil)
        }
        #expect(queue.pushBlocking(delivery("full")))
        #expect(await queue.push(event("start")))
        async let isPushed = queue.push(event("die"))
        #expect(queue.depth.reserveUses == 1)

        #expect(queue.popUrgent().map { text($0) } == ["start"])
        #expect(await isPushed)
        #expect(queue.popUrgent().map { text($0) } == ["die"])
        #expect(queue.popUrgent().isEmpty)
        #expect(text(queue.pop()) == "full")
    }

    @Test("many threads' deliveries all come, each thread's in order")
    func manyProducers() throws {
        let queue = EventQueue(limits: EventQueue.Limits(bytes: 64, events: 16))
        let threads = try (0..<4).map { number in
            try DedicatedThread(name: "producer") {
                for count in 0..<500 {
                    _ = queue.pushBlocking(delivery("\(number) \(count)"))
                }
            }
        }

        var last = [Int](repeating: -1, count: 4)
        for _ in 0..<2000 {
            let words = (text(queue.pop()) ?? "").split(separator: " ").compactMap { Int($0) }
            try #require(words.count == 2)
            #expect(words[1] == last[words[0]] + 1)
            last[words[0]] = words[1]
        }
        for thread in threads { thread.join() }

        #expect(last == [499, 499, 499, 499])
    }
}
