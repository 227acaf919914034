namespace StocksDapr.Sidecar.Running.Display;

/// <summary>Where a run is shown.</summary>
internal interface IRunDisplay : IAsyncDisposable
{
    /// <summary>A step that the runner takes, or something that it did.</summary>
    void Step(string text);

    /// <summary>Something went wrong.</summary>
    void Problem(string text);

    /// <summary>A line of an application, with its prefix.</summary>
    void Line(string text);
}
