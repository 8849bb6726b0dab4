import Sagascope

/// A trip is booked whole or not at all: the flight first, then hotel and car side by side, then the paperwork.
/// A saga as it is written with nothing but Swift concurrency.
@main
struct TripBooking {
    static func main() async throws {
        let sagascope = try Sagascope.bootstrap()
        let desk = BookingDesk()
        for trip in Trip.samples {
            do {
                let paperwork = try await withSaga("book-trip", id: trip.id) { try await book(trip, at: desk) }
                print("\(trip.id) to \(trip.city): booked, \(paperwork)")
            } catch let soldOut as SoldOut {
                print("\(trip.id) to \(trip.city): not booked, no \(soldOut.item) left")
            }
            print("    still held: \(await desk.held(for: trip))")
        }
        await sagascope.shutdown()
    }
}

/// Books everything the trip needs, or nothing.
func book(_ trip: Trip, at desk: BookingDesk) async throws -> String {
    try await withStep("book-flight") { try await desk.book("flight", for: trip) }
    do {
        try await withSagaTaskGroup { group in
            group.addStep("book-hotel") { try await desk.book("hotel", for: trip) }
            group.addStep("book-car") { try await desk.book("car", for: trip) }
            try await group.waitForAll()
        }
    } catch {
        // Newest first. Cancelling what was never booked changes nothing, so nobody has to know how far the group came.
        await withCompensation("book-car") { await desk.cancel("car", for: trip) }
        await withCompensation("book-hotel") { await desk.cancel("hotel", for: trip) }
        await withCompensation("book-flight") { await desk.cancel("flight", for: trip) }
        throw error
    }
    let receipt = SagaTask("mail-receipt") { await desk.mailReceipt(for: trip) }
    let points = SagaTask.detached("credit-points", priority: .background) { await desk.creditPoints(for: trip) }
    return "\(await receipt.value), \(await points.value)"
}

struct Trip: Sendable {
    let id: String
    let city: String
    let nights: Int

    static let samples = [
        Trip(id: "trip-1", city: "Lisbon", nights: 4),
        Trip(id: "trip-2", city: "Oslo", nights: 2),
        Trip(id: "trip-3", city: "Kraków", nights: 7),
        Trip(id: "trip-4", city: "Ghent", nights: 1),
    ]
}

struct SoldOut: Error {
    let item: String
}

/// Stands for the booking systems of other companies: slow, and not always with a yes.
actor BookingDesk {
    private static let soldOut = ["Oslo": "car", "Ghent": "flight"]
    private static let milliseconds = ["flight": 120, "hotel": 180, "car": 60]

    private var held: [String: Set<String>] = [:]

    func book(_ item: String, for trip: Trip) async throws {
        try await Task.sleep(for: .milliseconds(Self.milliseconds[item, default: 50]))
        if Self.soldOut[trip.city] == item { throw SoldOut(item: item) }
        held[trip.id, default: []].insert(item)
    }

    func cancel(_ item: String, for trip: Trip) async {
        try? await Task.sleep(for: .milliseconds(30))
        held[trip.id]?.remove(item)
    }

    func mailReceipt(for trip: Trip) async -> String {
        try? await Task.sleep(for: .milliseconds(40))
        return "receipt for \(trip.nights) nights mailed"
    }

    func creditPoints(for trip: Trip) async -> String {
        try? await Task.sleep(for: .milliseconds(70))
        return "\(trip.nights * 100) points credited"
    }

    func held(for trip: Trip) -> String {
        let items = held[trip.id, default: []].sorted()
        return items.isEmpty ? "nothing" : items.joined(separator: ", ")
    }
}
