namespace StocksDapr.Vendors;

/// <summary>What an emulator does instead of answering as it should.</summary>
public enum VendorFault
{
    None,

    /// <summary>Accepts the request and never answers.</summary>
    Hang,

    /// <summary>Sends the headers and half of the body, and then nothing more.</summary>
    HangInBody,

    /// <summary>Cuts the connection before any answer.</summary>
    Reset,

    /// <summary>Cuts the connection in the middle of the body.</summary>
    CutOff,

    Status500,
    Status502Html,
    Status503,
    Status504,
    Status429,
    Status429RetryAfter,
    Status403Html,

    /// <summary>A page for people where the vendor's address was: what it says of a symbol it does not say so.</summary>
    Status404Html,
    Redirect,

    /// <summary>Status 200 and the first half of the true body, ended properly.</summary>
    BrokenJson,

    /// <summary>Status 200 and a page for people, such as a captive portal or a firewall sends.</summary>
    HtmlPage,

    /// <summary>Status 200 and nothing.</summary>
    EmptyBody,

    /// <summary>Status 204.</summary>
    NoContent,

    /// <summary>Status 200 and a JSON text.</summary>
    JsonText,

    /// <summary>Status 200 and a JSON number.</summary>
    JsonNumber,

    /// <summary>Status 200 and <c>null</c>.</summary>
    JsonNull,

    /// <summary>Status 200 and an object of another service.</summary>
    OtherObject,

    /// <summary>Status 200 and arrays in arrays, deeper than any reader goes.</summary>
    DeepNesting,

    /// <summary>Status 200 and bytes that are no text.</summary>
    Garbage,

    /// <summary>Status 200 and a refusal in the names of all vendors, with bytes in its sentence that are no text.</summary>
    NotUnicode,

    /// <summary>Status 200 and what Python writes for numbers that are none.</summary>
    BareNaN,

    /// <summary>Status 200 and a sentence as plain text, with a comma and an end of line as CSV has them.</summary>
    PlainSentence,

    /// <summary>The true answer, after a byte order mark.</summary>
    ByteOrderMark,

    /// <summary>The true answer, compressed although nobody insisted.</summary>
    Gzip,

    /// <summary>The true answer, compressed in another way.</summary>
    Brotli,
}
