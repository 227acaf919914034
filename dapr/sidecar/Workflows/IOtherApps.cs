using StocksDapr.Sidecar.Workflows.Dispatch;
using StocksDapr.Sidecar.Workflows.Storage;

namespace StocksDapr.Sidecar.Workflows;

/// <summary>The way to the workflow engines of other apps of the run.</summary>
internal interface IOtherApps
{
    /// <summary>An activity for a worker of another app. Waits until that app is served.</summary>
    void Dispatch(string appId, PendingActivity activity);

    /// <summary>An instance for another app that keeps its instances elsewhere.</summary>
    void Create(string appId, NewRow row);

    /// <summary>An event for an instance of another app that keeps its instances elsewhere.</summary>
    void Deliver(string appId, NewMail mail);
}
