using Microsoft.Extensions.DependencyInjection;

namespace Dapr.Common;

/// <summary>Goes on configuring what a registration has added.</summary>
public interface IDaprServiceBuilder
{
    /// <summary>The services that are being registered.</summary>
    IServiceCollection Services { get; }
}
