/// A queue whose front is taken without moving the rest.
struct Ring<Element> {
    private var items: [Element] = []
    private var head = 0

    var isEmpty: Bool { head == items.count }
    var count: Int { items.count - head }
    var first: Element? { head < items.count ? items[head] : nil }
    /// From the front to the end.
    var all: ArraySlice<Element> { items[head...] }

    mutating func append(_ element: Element) {
        items.append(element)
    }

    mutating func append(contentsOf elements: some Sequence<Element>) {
        items.append(contentsOf: elements)
    }

    mutating func prepend(_ element: Element) {
        if head > 0 {
            head -= 1
            items[head] = element
        } else {
            items.insert(element, at: 0)
        }
    }

    /// The slot keeps its element until the ring empties or its front is trimmed: elements are references to
    /// what is done.
    @discardableResult
    mutating func removeFirst() -> Element? {
        guard head < items.count else { return nil }
        let element = items[head]
        head += 1
        if head == items.count {
            items.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 256, head * 2 >= items.count {
            items.removeFirst(head)
            head = 0
        }
        return element
    }

    mutating func removeAll(where isGone: (Element) -> Bool) {
        items.removeFirst(head)
        head = 0
        items.removeAll(where: isGone)
    }
}
