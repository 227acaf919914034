namespace StocksDapr.Processor.Cleaning;

/// <summary>Watches in which order the bars of a message come. Vendors answer oldest first or newest first; anything else is worth noting.</summary>
internal struct TimeOrder
{
    private DateTimeOffset? _last;
    private bool _rose;
    private bool _fell;
    private bool _stood;

    /// <summary>Where the direction changed first; null when it never did.</summary>
    public DateTimeOffset? FirstBreak { get; private set; }

    public readonly bool IsMonotone => !(_rose && _fell);

    public readonly bool IsDescending => _fell && !_rose;

    /// <summary>Every start different, and in one direction: nothing to sort and no duplicates.</summary>
    public readonly bool IsStrict => IsMonotone && !_stood;

    public void Add(DateTimeOffset start)
    {
        if (_last is { } last)
        {
            _rose |= start > last;
            _fell |= start < last;
            _stood |= start == last;
            if (!IsMonotone)
                FirstBreak ??= start;
        }

        _last = start;
    }
}
