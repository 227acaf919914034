using System.Globalization;
using Dapr.Client;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ModelBinding.Validation;
using Microsoft.Extensions.DependencyInjection;

namespace Dapr.AspNetCore;

/// <summary>Reads the value under the key that the route names. Without that key the model is in error.</summary>
internal sealed class StateModelBinder(FromStateBindingSource source, StateReader reader) : IModelBinder
{
    public async Task BindModelAsync(ModelBindingContext bindingContext)
    {
        ArgumentNullException.ThrowIfNull(bindingContext);
        var http = bindingContext.HttpContext;
        var keyName = source.Key ?? bindingContext.FieldName;
        var key = Convert.ToString(http.Request.RouteValues[keyName], CultureInfo.InvariantCulture);
        if (string.IsNullOrEmpty(key))
        {
            bindingContext.Result = ModelBindingResult.Failed();
            bindingContext.ModelState.TryAddModelError(bindingContext.ModelName, $"Required value {keyName} not present.");
            return;
        }

        var client = http.RequestServices.GetRequiredService<DaprClient>();
        var model = await reader.ReadAsync(client, source.StoreName, key, http.RequestAborted);
        if (model is null)
        {
            bindingContext.Result = ModelBindingResult.Failed();
            return;
        }

        bindingContext.Result = ModelBindingResult.Success(model);
        // What is stored already was valid when it was stored; it is not the caller's input.
        bindingContext.ValidationState.Add(model, new ValidationStateEntry { SuppressValidation = true });
    }
}
