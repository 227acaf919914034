namespace StocksDapr.Vendors;

/// <summary>Answers that no vendor documents and all of them send.</summary>
internal static class FaultyAnswers
{
    private const string Page = "<!DOCTYPE html><html><head><title>Attention</title></head><body><h1>Something is wrong</h1></body></html>";

    public static EmulatedAnswer Of(VendorFault fault) => fault switch
    {
        VendorFault.Status500 => new(500, """{"message":"Internal server error"}"""),
        VendorFault.Status502Html => new(502, Page, "text/html"),
        VendorFault.Status503 => new(503, "upstream connect error or disconnect/reset before headers", "text/plain"),
        VendorFault.Status504 => new(504, "", "text/plain"),
        VendorFault.Status429 => new(429, "Too Many Requests", "text/plain"),
        VendorFault.Status429RetryAfter => new(429, "", "text/plain") { Headers = new Dictionary<string, string> { ["Retry-After"] = "37" } },
        VendorFault.Status403Html => new(403, Page, "text/html"),
        VendorFault.Status404Html => new(404, Page, "text/html"),
        VendorFault.BareNaN => new(200, """{"c":[NaN],"s":"ok","values":NaN,"historical":[{"close":NaN}],"Time Series (Daily)":NaN}"""),
        VendorFault.PlainSentence => new(200, "Our service is resting, please come back later\n", "text/plain"),
        VendorFault.Redirect => new(302, "", "text/html") { Headers = new Dictionary<string, string> { ["Location"] = "http://127.0.0.1:9/login" } },
        VendorFault.HtmlPage => new(200, Page, "text/html"),
        VendorFault.EmptyBody => new(200, ""),
        VendorFault.NoContent => new(204, ""),
        VendorFault.JsonText => new(200, "\"OK\""),
        VendorFault.JsonNumber => new(200, "42"),
        VendorFault.JsonNull => new(200, "null"),
        VendorFault.OtherObject => new(200, """{"service":"maintenance","since":"2025-12-06"}"""),
        VendorFault.DeepNesting => new(200, new string('[', 5_000) + new string(']', 5_000)),
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "The emulator itself does this."),
    };
}
