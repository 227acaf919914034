using Dapr.Client;
using Microsoft.AspNetCore.Authentication;

namespace Dapr.AspNetCore;

/// <summary>How the application recognises its sidecar.</summary>
public class DaprAuthenticationOptions : AuthenticationSchemeOptions
{
    internal const string DefaultScheme = "Dapr";

    /// <summary>The token that the sidecar sends; the environment's <c>APP_API_TOKEN</c> by default.</summary>
    public string Token { get; set; } = SidecarDefaults.AppApiToken();
}
