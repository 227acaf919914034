using Microsoft.AspNetCore.Http;
using StocksDapr.Vendors;

namespace StocksDapr.Collector.Tests.Vendors.Replay;

/// <summary>A vendor that knows nothing by itself: it says what a test puts into <see cref="VendorEmulator.Instead"/>, whatever it is asked.</summary>
internal sealed class ReplayedVendor(TimeProvider clock) : VendorEmulator(EmulatedMarket.Shared, clock)
{
    protected override bool WantsKey => false;

    protected override string? KeyOf(HttpRequest request) => null;

    protected override EmulatedAnswer Answer(HttpRequest request) => new(500, "");

    protected override EmulatedAnswer AnswerToWrongKey() => new(401, "");

    protected override EmulatedAnswer AnswerToLimit(BudgetState state) => new(429, "");
}
