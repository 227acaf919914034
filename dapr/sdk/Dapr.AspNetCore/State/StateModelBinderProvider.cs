using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Dapr.AspNetCore;

/// <summary>Gives the binder for what is marked with <see cref="Microsoft.AspNetCore.Mvc.FromStateAttribute" />.</summary>
internal sealed class StateModelBinderProvider : IModelBinderProvider
{
    public IModelBinder? GetBinder(ModelBinderProviderContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.BindingInfo.BindingSource is FromStateBindingSource source
            ? new StateModelBinder(source, StateReader.For(context.Metadata.ModelType))
            : null;
    }
}
